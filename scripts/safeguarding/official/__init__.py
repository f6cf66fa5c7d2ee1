"""Read official statistics as published, keep them tidy, compare reports with them."""
