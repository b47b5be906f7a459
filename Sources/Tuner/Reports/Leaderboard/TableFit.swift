import Literals

extension Leaderboard {
  /// Which columns a table has, besides rank, trial and value.
  public enum ColumnSelection: Sendable, Equatable {
    case all

    /// Those that fit into this many columns of a terminal.
    case fitting(Int)

    /// Those with these headings.
    case named([String])

    var fitsWidth: Bool { if case .fitting = self { true } else { false } }
  }

  /// A column of a leaderboard's table, with a cell for each row.
  struct TableColumn: Equatable {
    let header: String
    let role: Role
    let cells: [String]

    /// Whether it has the same value in all of several rows.
    var isConstant = false

    /// What a column is for. Of the roles, the last ones are left out first.
    enum Role: Int, Comparable {
      /// The rank, the trial, and what the rows are sorted by.
      case identity
      case interval
      case mark
      case ownMetric

      /// The test metric that belongs to what the rows are sorted by.
      case mainTest
      case parameter
      case extra
      case test

      /// Shown only where it is named.
      case onRequest

      static func < (a: Role, b: Role) -> Bool { a.rawValue < b.rawValue }
    }
  }

  /// The columns of a table that fit a terminal.
  ///
  /// A parameter with the same value in all rows is named below instead. Then whole columns are left out, the least important first, until
  /// the others fit; rank, trial and value always stay.
  struct TableFit {
    let columns: [TableColumn]

    /// What stands below the table.
    let remarks: [String]

    init(_ all: [TableColumn], width: Int) {
      let constant = all.filter { $0.role == .parameter && $0.isConstant }
      var rest = all.filter { !constant.contains($0) }
      // The most important first.
      var hidden: [String] = []
      while Self.width(of: rest) > width, let role = rest.map(\.role).max(), role != .identity,
        let index = rest.lastIndex(where: { $0.role == role })
      {
        hidden.insert(rest.remove(at: index).header, at: 0)
      }
      columns = rest
      remarks =
        (constant.isEmpty
          ? [] : ["the same in all rows: " + constant.map { "\($0.header)=\($0.cells[0])" }.joined(separator: " ")])
        + (hidden.isEmpty ? [] : ["not shown: \(hidden.joined(separator: ", ")) (--columns=all)"])
    }

    /// With two spaces between columns.
    private static func width(of columns: [TableColumn]) -> Int {
      columns.map { column in ([column.header] + column.cells).map(\.count).max() ?? 0 }.reduce(0, +)
        + 2 * max(columns.count - 1, 0)
    }
  }
}

extension Literal {
  /// A number, rounded to significant digits. Other values are unchanged, and so are numbers that are too large or too small for it.
  ///
  /// - Parameter digits: At most 6.
  func rounded(toDigits digits: Int) -> Literal {
    guard case .number(let number) = self, (1e-15..<1e15).contains(number.magnitude) else { return self }
    func power(_ exponent: Int) -> Double { (0..<exponent).reduce(1) { power, _ in power * 10 } }
    // The power of ten with which the number has that many digits before the point.
    var exponent = 0
    while number.magnitude * power(exponent) < power(digits - 1) { exponent += 1 }
    if exponent > 0 { return .number((number * power(exponent)).rounded() / power(exponent)) }
    while number.magnitude / power(exponent) >= power(digits) { exponent += 1 }
    return .number((number / power(exponent)).rounded() * power(exponent))
  }
}
