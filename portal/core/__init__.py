"""Words everyone may use: money, references, dates, errors. Imports nothing of ours."""
