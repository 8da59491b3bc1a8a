"""Text as it is said: amounts, times, dates, ordinals, phone numbers and abbreviations written out in words.

`plain` reads text without markup, only where the reading is not in doubt; `say_as` reads what SSML says it is.
"""
