#pragma once

// Methods of an exported model, as TorchScript: what to_day(), raw_cell() and date_parts() do, once more.
// (A dtype is its number: 4 int64, 6 float, 7 double.)
namespace sibyl {

/// A table's cells as numbers, and their parts.
inline constexpr const char* script_of_cells = R"(
def digits(self, text: str, fewest: int, most: int) -> int:
    if len(text) < fewest or len(text) > most or not text.isdigit():
        return -1
    return int(text)

def is_number(self, text: str) -> bool:
    i = 0
    n = len(text)
    if i < n and (text[i] == "+" or text[i] == "-"):
        i += 1
    found = 0
    while i < n and text[i].isdigit():
        i += 1
        found += 1
    if i < n and text[i] == ".":
        i += 1
        while i < n and text[i].isdigit():
            i += 1
            found += 1
    if found == 0:
        return False
    if i < n and (text[i] == "e" or text[i] == "E"):
        i += 1
        if i < n and (text[i] == "+" or text[i] == "-"):
            i += 1
        if i == n:
            return False
        while i < n and text[i].isdigit():
            i += 1
    return i == n

def civil_day(self, text: str, form: int) -> int:
    separator = ""
    for each in ["-", "/", "."]:
        if text.find(each) >= 0:
            separator = each
    if separator == "":
        return -1000000000
    parts = text.split(separator)
    if len(parts) != 3:
        return -1000000000
    year = self.digits(parts[0 if form == 0 else 2], 4, 4)
    month = self.digits(parts[0 if form == 2 else 1], 1, 2)
    day = self.digits(parts[2 if form == 0 else (0 if form == 1 else 1)], 1, 2)
    if year < 1 or month < 1 or month > 12 or day < 1:
        return -1000000000
    days = 31
    if month == 4 or month == 6 or month == 9 or month == 11:
        days = 30
    if month == 2:
        days = 28
        if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
            days = 29
    if day > days:
        return -1000000000
    y = year
    m = month - 3
    if month <= 2:
        y = year - 1
        m = month + 9
    of_year = (153 * m + 2) // 5 + day - 1
    of_era = y % 400
    return (y // 400) * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468

def day(self, text: str, form: int) -> float:
    end = text.find("T")
    space = text.find(" ")
    if end < 0 or (space >= 0 and space < end):
        end = space
    date = text
    if end >= 0:
        date = text[:end]
    found = self.civil_day(date, form)
    if found == -1000000000:
        return self.gap
    if end < 0:
        return float(found)
    clock = text[end + 1:]
    ahead = 0.0
    if clock.endswith("Z"):
        clock = clock[:len(clock) - 1]
    else:
        sign = max(clock.rfind("+"), clock.rfind("-"))
        if sign >= 0:
            zone = clock[sign + 1:]
            behind = clock[sign] == "-"
            clock = clock[:sign]
            if len(zone) > 2 and zone[2] == ":":
                zone = zone[:2] + zone[3:]
            whole = self.digits(zone, 2, 4)
            if whole < 0 or len(zone) == 3:
                return self.gap
            minutes = 60 * whole
            if len(zone) == 4:
                minutes = 60 * (whole // 100) + whole % 100
            ahead = 60.0 * float(minutes)
            if behind:
                ahead = -ahead
    parts = clock.split(":")
    if len(parts) < 2 or len(parts) > 3:
        return self.gap
    hour = self.digits(parts[0], 1, 2)
    minute = self.digits(parts[1], 2, 2)
    if hour < 0 or hour > 24 or minute < 0 or minute > 59:
        return self.gap
    seconds = 0.0
    if len(parts) == 3:
        pieces = parts[2].split(".")
        if len(pieces) > 2 or self.digits(pieces[0], 2, 2) < 0:
            return self.gap
        if len(pieces) == 2:
            if len(pieces[1]) > 0 and not pieces[1].isdigit():
                return self.gap
        seconds = float(parts[2])
        if seconds >= 61.0:
            return self.gap
    return float(found) + (float(hour) * 3600.0 + float(minute) * 60.0 + seconds - ahead) / 86400.0

def cell(self, column: int, given: str) -> float:
    text = given.strip()
    if self.kinds[column] == 1:
        if text in self.places[column]:
            return float(self.places[column][text])
        if text in ["", "?", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None"]:
            return self.gap
        return 0.0
    if text.lower() in ["", "na", "n/a", "nan", "null", "none", "?"]:
        return self.gap
    where = "column '" + self.columns[column] + "' holds '" + text + "', which is no "
    if self.kinds[column] == 2:
        day = self.day(text, self.date_forms[column])
        assert day > -1e17, where + "date as this column has them"
        return day
    if self.decimal == ",":
        text = text.replace(",", ".")
    assert self.is_number(text), where + "number"
    return float(text)

def encode(self, rows: List[Dict[str, str]]) -> Tensor:
    cells = torch.empty([len(rows) * len(self.columns)], dtype=7)  # a list of numbers would become floats
    place = 0
    for row in rows:
        for i in range(len(self.columns)):
            assert self.columns[i] in row, "a row has no column '" + self.columns[i] + "'"
            torch.select(cells, 0, place).fill_(self.cell(i, row[self.columns[i]]))
            place += 1
    return cells.reshape([len(rows), len(self.columns)])

def filled(self, cells: Tensor, column: int) -> Tensor:
    values = torch.select(cells, 1, column)
    return torch.where(torch.isnan(values), torch.select(self.fill, 0, column), values)

def date_parts(self, days: Tensor, hours: bool) -> Tensor:
    day = torch.floor(days)
    z = day.to(dtype=4) + 719468
    of_era = z - torch.div(z, 146097, rounding_mode="floor") * 146097
    year = of_era - torch.div(of_era, 1460, rounding_mode="floor") + torch.div(of_era, 36524, rounding_mode="floor")
    year = torch.div(year - torch.div(of_era, 146096, rounding_mode="floor"), 365, rounding_mode="floor")
    leaps = torch.div(year, 4, rounding_mode="floor") - torch.div(year, 100, rounding_mode="floor")
    march = torch.div((of_era - (year * 365 + leaps)) * 5 + 2, 153, rounding_mode="floor")
    month = torch.where(march < 10, march + 3, march - 9).to(dtype=7)
    parts = [days, month, torch.remainder(day + 3, 7)]
    if hours:
        parts.append((days - day) * 24)
    return torch.stack(parts, 1)
)";

/// forward(), and the outputs by their names.
inline constexpr const char* script_of_outputs = R"(
def forward(self, raw: Tensor) -> Tensor:
    return self.finish(self.network.forward(self.prepare(raw)))

def by_name(self, finished: Tensor) -> List[Dict[str, float]]:
    numbers = finished.reshape([finished.size(0), len(self.outputs)]).cpu()
    rows: List[Dict[str, float]] = []
    for i in range(numbers.size(0)):
        row: Dict[str, float] = {}
        for j in range(len(self.outputs)):
            row[self.outputs[j]] = float(numbers[i, j])
        rows.append(row)
    return rows
)";

inline constexpr const char* script_of_names = R"(
def likeliest(self, finished: Tensor) -> List[str]:
    places = torch.argmax(finished, 1)
    names: List[str] = []
    for i in range(places.size(0)):
        names.append(self.outputs[int(places[i])])
    return names
)";

/// predict() and classify() of a table, and of arrays.
inline constexpr const char* script_of_rows = R"(
def predict(self, rows: List[Dict[str, str]]) -> List[Dict[str, float]]:
    return self.by_name(self.forward(self.encode(rows)))
)";
inline constexpr const char* script_of_rows_classes = R"(
def classify(self, rows: List[Dict[str, str]]) -> List[str]:
    return self.likeliest(self.forward(self.encode(rows)))
)";
inline constexpr const char* script_of_arrays = R"(
def predict(self, raw: Tensor) -> List[Dict[str, float]]:
    return self.by_name(self.forward(raw))
)";
inline constexpr const char* script_of_arrays_classes = R"(
def classify(self, raw: Tensor) -> List[str]:
    return self.likeliest(self.forward(raw))
)";

}  // namespace sibyl
