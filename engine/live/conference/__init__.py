"""Conferences that live: who gets in, what each hears, what keys do there, what is recorded and told."""
