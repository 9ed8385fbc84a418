"""Who is asking: the council's own people, and how they sign in."""
