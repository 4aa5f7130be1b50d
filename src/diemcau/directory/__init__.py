"""Who and where: organisations, sites and technicians of the province."""
