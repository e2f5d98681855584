from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score
iris = load_iris()
scores = cross_val_score(RandomForestClassifier(20, random_state=1), iris.data, iris.target, n_jobs=2)
print(len(iris.target), scores.mean() > 0.9)
