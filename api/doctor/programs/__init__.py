"""Customers' programs behind a WebSocket: can they be reached, and do they speak as the platform expects?"""
