import os, struct, tempfile
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
figure, axes = plt.subplots(figsize=(4, 3), dpi=50)
axes.plot([1, 2, 3])
axes.set_title(r"$\alpha$ größe")
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "plot.png")
    figure.savefig(path)
    print(struct.unpack(">II", open(path, "rb").read()[16:24]), "viridis" in matplotlib.colormaps)
