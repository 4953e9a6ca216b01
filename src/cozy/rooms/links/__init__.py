"""Links: what anybody with an address sees."""
