"""Planning: the schedule with its bound, day-out-of-days, call sheets, budget and risk, boards."""
