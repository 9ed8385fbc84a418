// Photographs are made smaller before they leave the phone. Drawing one anew also leaves out where
// and when it was taken. Anything that cannot be drawn is sent as it is: the server looks again.
(() => {
  const readable = (size) =>
    size < 1048576
      ? `${Math.max(1, Math.round(size / 1024))} KB`
      : `${(size / 1048576).toFixed(1).replace(".0", "")} MB`;

  const shrink = async (file, longest) => {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
    // A small PNG is a plan or a screenshot: lines stay sharp when it is left alone.
    if (file.type === "image/png" && scale === 1) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    const name = file.name.replace(/\.\w+$/, "") + ".jpg";
    return drawn ? new File([drawn], name, { type: "image/jpeg" }) : file;
  };

  const statusOf = (input) => {
    const id = `${input.id}-sizes`;
    let status = document.getElementById(id);
    if (!status) {
      status = document.createElement("p");
      status.id = id;
      status.className = "govuk-hint portal-sizes";
      status.setAttribute("role", "status");
      input.after(status);
    }
    return status;
  };

  document.addEventListener("change", async ({ target: input }) => {
    if (!input.matches?.("input[type=file][data-shrink]")) return;
    const chosen = [...input.files];
    const longest = Number(input.dataset.shrink) || 2000;
    const ready = await Promise.all(chosen.map((file) => shrink(file, longest).catch(() => file)));
    // Somebody has chosen again in the meantime: that choice has its own turn.
    if (chosen.length !== input.files.length || chosen.some((file, n) => file !== input.files[n])) return;
    const basket = new DataTransfer();
    ready.forEach((file) => basket.items.add(file));
    input.files = basket.files;
    statusOf(input).textContent = ready
      .map((file, n) => {
        const words =
          file.size < chosen[n].size
            ? input.dataset.smaller || "{name}, made smaller: {n}"
            : input.dataset.size || "{name}, {n}";
        return words.replace("{name}", file.name).replace("{n}", readable(file.size));
      })
      .join("; ");
  });
})();
