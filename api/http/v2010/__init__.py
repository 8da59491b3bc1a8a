"""The REST interface of /2010-04-01, which programs that were written for the big American voice cloud speak.

A thin door: what is asked for here is translated to the orders of /v1/voice, and what comes of it back.
"""
