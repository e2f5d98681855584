import io
import pandas
frame = pandas.read_csv(io.StringIO("day,value\n2024-03-30,1\n2024-03-31,3\n"), parse_dates=["day"])
frame["day"] = frame["day"].dt.tz_localize("Europe/Helsinki")
print(pandas.__version__, frame.groupby(frame["day"].dt.year)["value"].sum().to_dict(), frame["day"][0].isoformat())
