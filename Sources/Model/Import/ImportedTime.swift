/// The times of a table that is imported, all in one notation.
struct ImportedTimes {
  /// How times are written.
  enum Notation: String {
    case seconds = "seconds"
    case milliseconds = "milliseconds"
    case dates = "dates"
  }

  /// The notation of the first time, and its line.
  private(set) var first: (notation: Notation, line: Int)?

  /// The earliest and the latest time in seconds.
  private(set) var range: ClosedRange<Double>?

  static let expected = "seconds or milliseconds since 1970, or a date such as 2024-05-01 or 2024-05-01T17:30:00Z"

  /// From here on, a number counts milliseconds: as seconds, it would be in the year 5138.
  private static let leastMilliseconds = 1e11

  /// From here on, a number counts neither seconds nor milliseconds.
  private static let limit = 1e14

  /// A time in seconds since 1970, in plain decimals.
  ///
  /// - Throws: If the text is no time, or is written in another way than the times before it.
  mutating func seconds(
    _ text: String, line: Int, at location: @autoclosure () -> String
  ) throws(DataError) -> String {
    guard let (decimal, notation) = Self.read(text) else {
      throw DataError(at: location(), found: "the time '\(text)'", expected: Self.expected)
    }
    guard let first else {
      if notation == .seconds, text.utf8.count == 8, CalendarTime.isCompactDate(text) {
        throw DataError(
          at: location(), found: "'\(text)', which can be a date or a number of seconds",
          expected: "a date with dashes, such as \(CalendarTime.withDashes(text)), or another number")
      }
      self.first = (notation, line)
      extend(to: decimal.value)
      return decimal.text
    }
    guard first.notation == notation else {
      throw DataError(
        at: location(),
        found: "'\(text)', in \(notation.rawValue), but line \(first.line) has \(first.notation.rawValue)",
        expected: "all times in one of the two; correct or remove this row")
    }
    extend(to: decimal.value)
    return decimal.text
  }

  private static func read(_ text: String) -> (PlainDecimal, Notation)? {
    guard let decimal = PlainDecimal(parsing: text) else {
      return CalendarTime.seconds(parsing: text).map { ($0, .dates) }
    }
    let size = decimal.value.magnitude
    if size < leastMilliseconds { return (decimal, .seconds) }
    return size < limit ? (decimal.dividedByThousand, .milliseconds) : nil
  }

  private mutating func extend(to time: Double) {
    guard let range else {
      range = time...time
      return
    }
    if !range.contains(time) { self.range = min(range.lowerBound, time)...max(range.upperBound, time) }
  }
}

/// A number in plain decimals: no digit is lost, and there is no exponent.
struct PlainDecimal: Equatable {
  private let isNegative: Bool

  /// Without leading zeros.
  private let digits: String

  /// How many of the digits are after the point.
  private let places: Int

  private init(isNegative: Bool, digits: String, places: Int) {
    self.isNegative = isNegative
    self.digits = String(digits.drop { $0 == "0" })
    self.places = places
  }

  /// - Parameter nanoseconds: 0 to 999,999,999, added to the seconds.
  init(seconds: Int, nanoseconds: Int) {
    guard nanoseconds > 0 else {
      self.init(isNegative: seconds < 0, digits: String(seconds.magnitude), places: 0)
      return
    }
    let isNegative = seconds < 0
    let (whole, rest) =
      isNegative && nanoseconds > 0 ? (seconds + 1, 1_000_000_000 - nanoseconds) : (seconds, nanoseconds)
    let digits = String(rest)
    self.init(
      isNegative: isNegative,
      digits: String(whole.magnitude) + String(repeating: "0", count: 9 - digits.count) + digits, places: 9)
  }

  /// Digits with an optional sign, decimal point and exponent, surrounded by any spaces.
  init?(parsing text: String) {
    var scanner = ByteScanner(text)
    scanner.skipSpaces()
    let isNegative = scanner.take("-")
    if !isNegative { _ = scanner.take("+") }
    let whole = scanner.digits()
    let fraction = scanner.take(".") ? scanner.digits() : ""
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    var exponent = 0
    if scanner.take("e") || scanner.take("E") {
      let isBelow = scanner.take("-")
      if !isBelow { _ = scanner.take("+") }
      guard let size = Int(scanner.digits()), size <= 30 else { return nil }
      exponent = isBelow ? -size : size
    }
    scanner.skipSpaces()
    guard scanner.isAtEnd, whole.utf8.count + fraction.utf8.count <= 40 else { return nil }
    self.init(
      isNegative: isNegative,
      digits: whole + fraction + String(repeating: "0", count: max(0, exponent - fraction.utf8.count)),
      places: max(0, fraction.utf8.count - exponent))
  }

  var dividedByThousand: PlainDecimal { PlainDecimal(isNegative: isNegative, digits: digits, places: places + 3) }

  /// As read by this program.
  var value: Double { Double(text) ?? .nan }

  /// Without zeros at the end of the fraction.
  var text: String {
    guard places > 0 else { return digits.isEmpty ? "0" : isNegative ? "-" + digits : digits }
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    var fraction = padded.suffix(places)
    while fraction.last == "0" { fraction.removeLast() }
    let whole = padded.dropLast(places)
    let sign = isNegative && !digits.isEmpty ? "-" : ""
    return sign + whole + (fraction.isEmpty ? "" : "." + fraction)
  }
}

/// Dates and times as in ISO 8601.
enum CalendarTime {
  /// Seconds since 1970 of a date, or of a date and a time, which may have a zone; without one it is in UTC.
  static func seconds(parsing text: String) -> PlainDecimal? {
    var scanner = ByteScanner(text)
    scanner.skipSpaces()
    guard let year = scanner.number(digits: 4), scanner.take("-"), let month = scanner.number(digits: 2),
      scanner.take("-"), let day = scanner.number(digits: 2), let days = days(year: year, month: month, day: day)
    else { return nil }
    var (time, nanoseconds) = (0, 0)
    let isMarked = scanner.take("T") || scanner.take("t")
    if !isMarked { scanner.skipSpaces() }
    if isMarked || !scanner.isAtEnd {
      guard let clock = clock(&scanner), let offset = offset(&scanner) else { return nil }
      (time, nanoseconds) = (clock.seconds - offset, clock.nanoseconds)
    }
    scanner.skipSpaces()
    return scanner.isAtEnd ? PlainDecimal(seconds: days * 86_400 + time, nanoseconds: nanoseconds) : nil
  }

  /// Hours and minutes, and seconds with their fraction if there are any.
  private static func clock(_ scanner: inout ByteScanner) -> (seconds: Int, nanoseconds: Int)? {
    guard let hour = scanner.number(digits: 2), hour < 24, scanner.take(":"), let minute = scanner.number(digits: 2),
      minute < 60
    else { return nil }
    let minutes = hour * 60 + minute
    guard scanner.take(":") else { return (minutes * 60, 0) }
    // A leap second counts as the first one of the next minute.
    guard let second = scanner.number(digits: 2), second <= 60 else { return nil }
    guard scanner.take(".") || scanner.take(",") else { return (minutes * 60 + second, 0) }
    let fraction = scanner.digits()
    guard !fraction.isEmpty else { return nil }
    let billionths = fraction.prefix(9)
    return (minutes * 60 + second, Int(billionths + String(repeating: "0", count: 9 - billionths.count)) ?? 0)
  }

  /// The seconds by which a zone is ahead of UTC; 0 without a zone, `nil` for what is none.
  private static func offset(_ scanner: inout ByteScanner) -> Int? {
    scanner.skipSpaces()
    if scanner.isAtEnd || scanner.take("Z") || scanner.take("z") { return 0 }
    if scanner.take("U") { return scanner.take("T") && scanner.take("C") ? 0 : nil }
    let isBehind = scanner.take("-")
    guard isBehind || scanner.take("+"), let hours = scanner.number(digits: 2), hours < 24 else { return nil }
    var minutes = 0
    if scanner.take(":") || !scanner.isAtEnd {
      guard let number = scanner.number(digits: 2), number < 60 else { return nil }
      minutes = number
    }
    return (isBehind ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  /// The number of days from 1970-01-01 to a date of the Gregorian calendar, or `nil` if there is no such date.
  static func days(year: Int, month: Int, day: Int) -> Int? {
    guard year >= 1, (1...12).contains(month), day >= 1 else { return nil }
    func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
    let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { return nil }
    let before = year - 1
    let days = before * 365 + before / 4 - before / 100 + before / 400
    return days + lengths[..<(month - 1)].reduce(0, +) + day - 1 - 719_162
  }

  /// Whether eight digits are a date of the years 1900 to 2099.
  static func isCompactDate(_ text: String) -> Bool {
    guard text.utf8.allSatisfy({ 48...57 ~= $0 }), let number = Int(text), (1900..<2100).contains(number / 10_000)
    else {
      return false
    }
    return days(year: number / 10_000, month: number / 100 % 100, day: number % 100) != nil
  }

  /// Eight digits with the dashes of a date.
  static func withDashes(_ text: String) -> String {
    "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))"
  }
}

/// Reads a short text from left to right.
private struct ByteScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position == bytes.count }

  /// Moves past a character if it is next.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func skipSpaces() {
    while take(" ") {}
  }

  /// The digits up to the next other character.
  mutating func digits() -> String {
    let start = position
    while position < bytes.count, 48...57 ~= bytes[position] { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// A number with exactly that many digits.
  mutating func number(digits count: Int) -> Int? {
    guard position + count <= bytes.count else { return nil }
    var number = 0
    for byte in bytes[position..<position + count] {
      guard 48...57 ~= byte else { return nil }
      number = number * 10 + Int(byte - 48)
    }
    position += count
    return number
  }
}
