import Literals

extension SearchSpace {
  /// Reads lines of `name type value`, as in `hyper.test`.
  ///
  /// Fields are separated by any number of spaces and tabs; `#` starts a comment except inside quotes. Unlike
  /// RecBole's reader, nothing is skipped silently.
  ///
  /// A value that occurs twice in a list counts once; `text` contains it once, and `notes` says so.
  ///
  /// Throws every mistake of the file at once.
  public init(parsing text: String, file: String) throws(SearchSpaceError) {
    var reader = SearchSpaceReader(file: file)
    var content = Substring(text)
    if content.unicodeScalars.first == "\u{FEFF}" { content.unicodeScalars.removeFirst() }
    let lines = content.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    for (index, line) in lines.enumerated() where !reader.hasEnoughProblems {
      reader.read(Array(line), number: index + 1)
    }
    try reader.finish()
    var rewritten = lines.map(String.init)
    for (index, line) in reader.rewrittenLines { rewritten[index] = line }
    self.init(
      file: file, parameters: reader.parameters,
      text: reader.rewrittenLines.isEmpty ? text : rewritten.joined(separator: "\n"), notes: reader.notes)
  }
}

extension SearchSpace {
  /// Why `name` cannot be a parameter's name, or `nil` if it can.
  static func problem(withName name: String) -> String? {
    if name.utf8.count > 255 { return "is longer than 255 bytes" }
    if name.unicodeScalars.contains(where: { $0 == "'" || $0 == "\"" }) { return "contains a quote" }
    if name.unicodeScalars.contains(where: \.isInvisible) { return "contains an invisible character" }
    return nil
  }
}

/// Collects parameters and mistakes line by line.
private struct SearchSpaceReader {
  let file: String
  private(set) var parameters: [SearchSpace.Parameter] = []
  private(set) var notes: [String] = []

  /// Lines from whose lists repeated values were removed, by line index.
  private(set) var rewrittenLines: [Int: String] = [:]

  private var problems: [Problem] = []
  private var firstLines: [String: Int] = [:]

  private static let types = ["choice", "loguniform", "loguniform_bounds", "quniform", "uniform"]
  private static let typeNames = "choice, loguniform, loguniform_bounds, quniform"
  private static let example = "a line such as: learning_rate choice [0.01, 0.001]"

  /// The maximum number of reported mistakes; nobody reads more.
  private static let mostProblems = 100

  init(file: String) { self.file = file }

  var hasEnoughProblems: Bool { problems.count > Self.mostProblems }

  mutating func read(_ whole: [Character], number: Int) {
    let line = whole.prefix(upTo: commentStart(whole))
    let (name, nameColumn, afterName) = field(line, from: 0)
    guard !name.isEmpty else { return }
    let (type, typeColumn, afterType) = field(line, from: afterName)
    let valueStart = line[afterType...].firstIndex { !$0.isWhitespace } ?? line.endIndex
    let place = "\(file):\(number)"
    func location(_ column: Int) -> String { "\(place):\(column)" }

    if let problem = SearchSpace.problem(withName: name) {
      note(location(nameColumn), "parameter '\(name)', whose name \(problem)", "a plain name")
    }
    if let first = firstLines[name] {
      note(location(nameColumn), "parameter '\(name)' again, first on line \(first)", "each name once")
    } else {
      firstLines[name] = number
    }
    guard !type.isEmpty else {
      return note(
        location(line.count + 1), "no type after '\(name)'", "\(Self.typeNames) or uniform, then the value")
    }
    guard Self.types.contains(type) else {
      let nearest = nearestName(to: type, among: Self.types).map {
        "\($0) (the nearest of \(Self.typeNames) and uniform)"
      }
      return note(location(typeColumn), "type '\(type)'", nearest ?? "\(Self.typeNames) or uniform")
    }
    guard valueStart < line.endIndex else {
      return note(location(line.count + 1), "no value after '\(type)'", form(of: type))
    }
    guard
      let distribution = distribution(
        type, String(line[valueStart...]).trimmingSpaces, at: valueStart + 1, location: location)
    else { return }
    let distinct = withoutDoubles(distribution, of: name, at: location(nameColumn))
    if distinct != distribution, case .choice(let values) = distinct {
      let comment = line.endIndex < whole.endIndex ? "  " + String(whole[line.endIndex...]) : ""
      rewrittenLines[number - 1] = String(line[..<valueStart]) + Literal.list(values).python + comment
    }
    parameters.append(SearchSpace.Parameter(name: name, distribution: distinct, location: location(nameColumn)))
  }

  mutating func finish() throws(SearchSpaceError) {
    if problems.isEmpty, parameters.isEmpty { note(file, "no parameters", Self.example) }
    if problems.isEmpty, parameters.count > SearchSpace.mostParameters {
      note(file, "\(parameters.count) parameters", "at most \(SearchSpace.mostParameters)")
    }
    guard problems.isEmpty else { throw SearchSpaceError(problems: problems) }
  }

  // MARK: - Values

  /// The distribution given by a type and the text after it, or `nil` after a mistake.
  private mutating func distribution(
    _ type: String, _ written: String, at column: Int, location: (Int) -> String
  ) -> Distribution? {
    var parser = LiteralParser(written, firstColumn: column)
    let before = problems.count
    do throws(LiteralError) {
      let value = try parser.parse()
      let distribution =
        type == "choice"
        ? choice(value, columns: parser.elementColumns, at: column, location: location)
        : range(type, value, written, at: location(column))
      return problems.count == before ? distribution : nil
    } catch {
      let (found, expected) = explanation(of: error, type, written)
      note(location(error.column), found, expected)
      return nil
    }
  }

  private mutating func choice(
    _ value: Literal, columns: [Int], at column: Int, location: (Int) -> String
  ) -> Distribution? {
    guard case .list(let values) = value else {
      note(location(column), value.python, "a list of values, such as [\(value.python)]")
      return nil
    }
    if values.isEmpty { note(location(column), "an empty list", "at least one value in it") }
    for (index, value) in values.enumerated() where !value.isFinite {
      // A list that was computed or is in parentheses has no columns of its own.
      note(
        location(index < columns.count ? columns[index] : column), "a number beyond the range of 64 bits",
        "finite numbers")
    }
    return .choice(values)
  }

  /// The distribution with each value of a list once; of equal values, the first one is kept.
  private mutating func withoutDoubles(_ distribution: Distribution, of name: String, at location: String)
    -> Distribution
  {
    guard case .choice(let values) = distribution else { return distribution }
    var seen: [String: Literal] = [:]
    var doubles: [String] = []
    let distinct = values.filter { value in
      guard let first = seen[value.canonical] else {
        seen[value.canonical] = value
        return true
      }
      doubles.append(first == value ? value.python : "\(first.python) (also written \(value.python))")
      return false
    }
    guard !doubles.isEmpty else { return distribution }
    var named: [String] = []
    for double in doubles where named.count < 6 && !named.contains(double) { named.append(double) }
    let list = named.prefix(5).joined(separator: ", ") + (named.count > 5 ? " and others" : "")
    notes.append("\(location): the list of \(name) repeats \(list); each value counts once".inMessage)
    return .choice(distinct)
  }

  private mutating func range(
    _ type: String, _ value: Literal, _ written: String, at location: String
  ) -> Distribution? {
    let form = form(of: type)
    let numbers: [Double]? = if case .list(let values) = value { values.compactMap(\.double) } else { nil }
    let count = type == "quniform" ? 3 : 2
    guard let numbers, numbers.count == count, case .list(let values) = value, values.count == count else {
      note(location, written, form)
      return nil
    }
    guard numbers.allSatisfy(\.isFinite) else {
      note(location, "\(written), beyond the range of 64 bits", form)
      return nil
    }
    let (low, high) = (numbers[0], numbers[1])
    func text(_ number: Double) -> String { Literal.number(number).canonical }
    guard low < high else {
      note(location, "LOW \(text(low)) and HIGH \(text(high))", "\(form), with LOW below HIGH")
      return nil
    }
    switch type {
    case "uniform": return .uniform(low: low, high: high)
    case "loguniform":
      // The largest natural logarithm of a 64-bit number is 709.78.
      if high > 709 { note(location, "HIGH \(text(high)), whose exponential is beyond 64 bits", form) }
      return .logUniform(low: low, high: high)
    case "loguniform_bounds":
      if low <= 0 {
        note(location, "LOW \(text(low))", "\(form), both above 0 (loguniform takes their natural logarithms)")
      }
      return .logUniformBounds(low: low, high: high)
    default:
      if numbers[2] <= 0 {
        note(location, "STEP \(text(numbers[2]))", "\(form), with STEP above 0")
      } else if (low / numbers[2]).rounded(.up) > (high / numbers[2]).rounded(.down) {
        note(
          location, "no multiple of \(text(numbers[2])) from \(text(low)) to \(text(high))",
          "\(form), with a smaller STEP or wider bounds")
      }
      return .quantizedUniform(low: low, high: high, step: numbers[2])
    }
  }

  /// The form of the values of a type.
  private func form(of type: String) -> String {
    switch type {
    case "choice": "a list such as [1, 2] or ['a', 'b']"
    case "uniform": "LOW,HIGH such as 0.1,0.5"
    case "loguniform": "LOW,HIGH as natural logarithms, such as -8,-4"
    case "loguniform_bounds": "LOW,HIGH such as 0.0001,0.01"
    default: "LOW,HIGH,STEP such as 32,128,32"
    }
  }

  /// The message for a value that is not a literal.
  private func explanation(of error: LiteralError, _ type: String, _ written: String) -> (
    found: String, expected: String
  ) {
    guard type == "choice" else {
      return (error.isAtEnd ? "the end of the line" : error.found, form(of: type))
    }
    guard let first = written.first, "[(".contains(first) else { return (error.found, form(of: type)) }
    guard error.isAtEnd else { return (error.found, error.expected) }
    return ("the end of the line inside a list", "'\(first == "[" ? "]" : ")")' to close the list")
  }

  // MARK: - Fields

  private mutating func note(_ location: String, _ found: String, _ expected: String) {
    guard problems.count < Self.mostProblems else {
      if problems.count == Self.mostProblems {
        problems.append(
          Problem(
            location: file, found: "more than \(problems.count) mistakes", expected: "these to be corrected first"))
      }
      return
    }
    problems.append(Problem(location: location, found: found, expected: expected))
  }

  /// Where a comment starts, or the length of the line.
  ///
  /// Works on scalars, as literals do: a quote followed by a combining mark is another character, but still a quote.
  private func commentStart(_ line: [Character]) -> Int {
    var quote: Unicode.Scalar?
    var isEscaped = false
    for (index, character) in line.enumerated() {
      for scalar in character.unicodeScalars {
        if let open = quote {
          if isEscaped {
            isEscaped = false
          } else if scalar == "\\" {
            isEscaped = true
          } else if scalar == open {
            quote = nil
          }
        } else if scalar == "'" || scalar == "\"" {
          quote = scalar
        } else if scalar == "#" {
          return index
        }
      }
    }
    return line.count
  }

  /// The next word, its column counted from 1, and the index after it.
  private func field(_ line: ArraySlice<Character>, from start: Int) -> (text: String, column: Int, end: Int) {
    let first = line[start...].firstIndex { !$0.isWhitespace } ?? line.endIndex
    let end = line[first...].firstIndex { $0.isWhitespace } ?? line.endIndex
    return (String(line[first..<end]), first + 1, end)
  }
}

extension String {
  /// The text without spaces at its end.
  fileprivate var trimmingSpaces: String {
    String(prefix(upTo: lastIndex { !$0.isWhitespace }.map(index(after:)) ?? startIndex))
  }
}
