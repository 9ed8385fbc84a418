// "Use my location": fills NAME-latitude and NAME-longitude where the phone's owner agrees.
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-use-location]");
  if (!button) return;
  const say = { ...button.dataset };
  const place = button.closest(".govuk-button-group") || button;
  let status = place.nextElementSibling;
  if (!status?.matches(".portal-location")) {
    status = document.createElement("p");
    status.className = "govuk-body portal-location";
    status.setAttribute("role", "status");
    place.after(status);
  }
  const tell = (text) => (status.textContent = text);
  const fill = (what, degrees) => {
    document.getElementById(`${button.dataset.useLocation}-${what}`).value = degrees.toFixed(6);
  };
  setTimeout(() => tell(say.finding || "Finding where you are…"), 50);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      fill("latitude", coords.latitude);
      fill("longitude", coords.longitude);
      const words = say.found || "We have your location, to about {n} metres.";
      setTimeout(() => tell(words.replace("{n}", Math.ceil(coords.accuracy))), 60);
    },
    (error) => {
      const refused = error.code === error.PERMISSION_DENIED;
      const words = refused
        ? say.refused || "Your browser did not share your location. Enter the place another way."
        : say.failed || "We could not find where you are. Enter the place another way.";
      setTimeout(() => tell(words), 60);
    },
    { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
  );
});
