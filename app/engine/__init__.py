"""The engine: claims runs, drives each from feed to ledger, recovers them."""
