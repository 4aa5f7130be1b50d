"""How people sign in: passwords, second factors, provincial sign-on, sessions, locks.

allauth does the ceremonies; what this province's security rules ask for stands here.
"""
