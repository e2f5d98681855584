import numpy, scipy, scipy.integrate, scipy.sparse, scipy.stats, scipy.optimize
value, _ = scipy.integrate.quad(numpy.sin, 0, numpy.pi)
print(scipy.__version__, round(value, 9), scipy.sparse.eye(3).sum(), round(scipy.stats.norm.cdf(0), 3), scipy.optimize.brentq(lambda x: x - 2, 0, 5))
