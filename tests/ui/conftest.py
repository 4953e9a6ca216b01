"""Patience with pages, on a machine that has much else to do."""

from playwright.sync_api import expect

expect.set_options(timeout=15_000)
