"""Money of a schedule: the budget from a rates file, and the risk around it."""
