import datetime
from babel import Locale, dates, numbers
print(numbers.format_currency(1234.5, "EUR", locale="de_DE"), dates.format_date(datetime.date(2024, 2, 1), "long", locale="fi_FI"))
print(Locale("ja").get_display_name("en"), len(Locale("en").territories) > 200, dates.get_timezone_name("Europe/Paris", locale="fr"))
