"""What a form is and how it is walked. Pure; only `library` reads the disk."""
