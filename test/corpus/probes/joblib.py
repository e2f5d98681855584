import math
from joblib import Memory, Parallel, delayed
if __name__ == "__main__":
    print(Parallel(n_jobs=2)(delayed(math.sqrt)(i) for i in (1, 4, 9)))
