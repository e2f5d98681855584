import io
from PIL import Image, ImageDraw, ImageFont, features
image = Image.new("RGB", (80, 40), "white")
ImageDraw.Draw(image).text((2, 2), "oxd", fill="black", font=ImageFont.load_default(20))
for kind in ("PNG", "JPEG", "WEBP", "TIFF"):
    data = io.BytesIO()
    image.save(data, kind)
    print(kind, Image.open(data).size)
print(features.check("freetype2"), min(image.convert("L").tobytes()) < 100)
