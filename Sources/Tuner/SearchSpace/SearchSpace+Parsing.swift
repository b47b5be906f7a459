import Literals

extension SearchSpace {
  /// Reads lines of `name type value`, as in `hyper.test`.
  ///
  /// Fields are separated by any number of spaces and tabs; `#` starts a comment except inside quotes. Unlike
  /// RecBole's reader, nothing is skipped silently.
  ///
  /// Throws all mistakes in the file at once.
  public init(parsing text: String, file: String) throws(SearchSpaceError) {
    var reader = SearchSpaceReader(file: file)
    var content = Substring(text)
    if content.unicodeScalars.first == "\u{FEFF}" { content.unicodeScalars.removeFirst() }
    let lines = content.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    for (index, line) in lines.enumerated() where !reader.hasEnoughProblems {
      reader.read(Array(line), number: index + 1)
    }
    try reader.finish()
    self.init(file: file, parameters: reader.parameters)
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
  private var problems: [Problem] = []
  private var firstLines: [String: Int] = [:]

  private static let types = ["choice", "loguniform", "loguniform_bounds", "quniform", "uniform"]
  private static let typeNames = "choice, loguniform, loguniform_bounds, quniform"
  private static let example = "a line such as: learning_rate choice [0.01, 0.001]"

  /// The maximum number of reported mistakes; nobody reads more.
  private static let mostProblems = 100

  init(file: String) { self.file = file }

  var hasEnoughProblems: Bool { problems.count > Self.mostProblems }

  mutating func read(_ line: [Character], number: Int) {
    let line = line.prefix(upTo: commentStart(line))
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
      let expected = type == "choice" ? "a list such as [1, 2]" : "\(bounds(of: type)) such as 0.1,0.5"
      return note(location(line.count + 1), "no value after '\(type)'", expected)
    }
    let valueColumn = valueStart + 1
    var parser = LiteralParser(String(line[valueStart...]), firstColumn: valueColumn)
    let value: Literal
    do { value = try parser.parse() } catch { return note(location(error.column), error.found, error.expected) }

    let before = problems.count
    let distribution =
      type == "choice"
      ? choice(value, columns: parser.elementColumns, at: valueColumn, location: location)
      : range(type, value, at: location(valueColumn))
    guard let distribution, problems.count == before else { return }
    parameters.append(SearchSpace.Parameter(name: name, distribution: distribution, location: location(nameColumn)))
  }

  mutating func finish() throws(SearchSpaceError) {
    if problems.isEmpty, parameters.isEmpty { note(file, "no parameters", Self.example) }
    if problems.isEmpty, parameters.count > SearchSpace.mostParameters {
      note(file, "\(parameters.count) parameters", "at most \(SearchSpace.mostParameters)")
    }
    if problems.isEmpty { checkSize() }
    guard problems.isEmpty else { throw SearchSpaceError(problems: problems) }
  }

  // MARK: - Values

  private mutating func choice(
    _ value: Literal, columns: [Int], at column: Int, location: (Int) -> String
  ) -> Distribution? {
    guard case .list(let values) = value else {
      note(location(column), value.python, "a list of values, such as [\(value.python)]")
      return nil
    }
    if values.isEmpty { note(location(column), "an empty list", "at least one value in it") }
    var seen: [String: Literal] = [:]
    for (index, value) in values.enumerated() {
      // A list that was computed or is in parentheses has no columns of its own.
      let place = location(index < columns.count ? columns[index] : column)
      if !value.isFinite { note(place, "a number beyond the range of 64 bits", "finite numbers") }
      if let earlier = seen.updateValue(value, forKey: value.canonical) {
        let same = earlier == value ? "" : ", the same as \(earlier.python)"
        note(place, "\(value.python) a second time\(same)", "each value once")
      }
    }
    return .choice(values)
  }

  private mutating func range(_ type: String, _ value: Literal, at location: String) -> Distribution? {
    let numbers: [Double]? = if case .list(let values) = value { values.compactMap(\.double) } else { nil }
    let count = type == "quniform" ? 3 : 2
    guard let numbers, numbers.count == count, case .list(let values) = value, values.count == count else {
      note(location, value.python, "\(bounds(of: type)), \(count) numbers")
      return nil
    }
    guard numbers.allSatisfy(\.isFinite) else {
      note(location, value.python, "finite numbers")
      return nil
    }
    let (low, high) = (numbers[0], numbers[1])
    if low >= high { note(location, "low \(low) and high \(high)", "low below high") }
    switch type {
    case "uniform": return .uniform(low: low, high: high)
    case "loguniform":
      // The largest natural logarithm of a 64-bit number is 709.78.
      if high > 709 {
        note(location, "high \(high), a natural logarithm", "the logarithms of the bounds, such as -9,-4")
      }
      return .logUniform(low: low, high: high)
    case "loguniform_bounds":
      if low <= 0 {
        note(
          location, "low \(low)",
          "bounds above 0, such as 0.0001,0.01; loguniform takes their natural logarithms")
      }
      return .logUniformBounds(low: low, high: high)
    default:
      if numbers[2] <= 0 {
        note(location, "step \(numbers[2])", "a step above 0")
      } else if (low / numbers[2]).rounded(.up) > (high / numbers[2]).rounded(.down) {
        note(location, "no multiple of \(numbers[2]) from \(low) to \(high)", "a smaller step or wider bounds")
      }
      return .quantizedUniform(low: low, high: high, step: numbers[2])
    }
  }

  private mutating func checkSize() {
    var count = 1
    for parameter in parameters {
      guard case .choice(let values) = parameter.distribution else { continue }
      let (product, overflow) = count.multipliedReportingOverflow(by: values.count)
      guard !overflow, product <= SearchSpace.largestGrid else {
        return note(
          parameter.location,
          "a grid of more than \(SearchSpace.largestGrid) cells from '\(parameter.name)' on",
          "at most \(SearchSpace.largestGrid): fewer parameters or shorter lists")
      }
      count = product
    }
  }

  private func bounds(of type: String) -> String { type == "quniform" ? "low,high,step" : "low,high" }

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
