"""Python reads this at its start when the folder is on its path: the whole process then lives on
the day the test says, and time passes as usual from there."""

import os
from datetime import datetime

import time_machine

time_machine.travel(datetime.fromisoformat(os.environ["PORTAL_TEST_NOW"]), tick=True).start()
