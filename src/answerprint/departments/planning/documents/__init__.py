"""What a schedule is handed out as: boards, lists, day-out-of-days, call sheets, reports, a calendar."""
