"""Services that hand out one kind of thing: what somebody watched, heard, wrote, and whom they know."""
