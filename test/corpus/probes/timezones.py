import datetime, importlib.resources, pytz, zoneinfo
zoneinfo.reset_tzpath(())  # only what is packed
zone = zoneinfo.ZoneInfo("America/New_York")
print(datetime.datetime(2024, 7, 1, tzinfo=zone).utcoffset(), len(zoneinfo.available_timezones()) > 400)
print(pytz.timezone("Asia/Tokyo").localize(datetime.datetime(2024, 1, 1)).isoformat(), len(pytz.all_timezones) > 400)
