"""One file for each noun of /2010-04-01."""
