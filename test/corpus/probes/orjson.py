import datetime, orjson, importlib.metadata
print(orjson.dumps({"t": datetime.datetime(2024, 1, 2), "x": [1, None]}), importlib.metadata.version("orjson"))
