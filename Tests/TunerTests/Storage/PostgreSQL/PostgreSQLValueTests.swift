import Testing

@testable import Tuner

/// Values on their way to a server and back.
@Suite(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence)) struct PostgreSQLValueTests {
  private let session: PostgreSQLSession

  init() throws { session = try PostgreSQLSession(PostgreSQLServer.shared.uri(of: "postgres")) }

  private func value(_ sql: String, _ arguments: [SQLValue] = []) throws -> SQLValue {
    try session.execute("SELECT \(sql)", arguments).rows[0][0]
  }

  @Test func `A number comes back to the bit`() throws {
    var numbers: [Double] = [
      0, -0.0, 1, -1, 0.1, 1 / 3.0, .pi, 1e15, 1e16, 1e22, 1e23, -1e300, .greatestFiniteMagnitude,
      .leastNormalMagnitude, .leastNonzeroMagnitude, .infinity, -.infinity,
    ]
    var generator = SystemRandomNumberGenerator()
    while numbers.count < 2000 {
      let number = Double(bitPattern: generator.next())
      if !number.isNaN { numbers.append(number) }
    }
    for number in numbers {
      guard case .real(let back) = try value("CAST(? AS float8)", [.real(number)]) else {
        Issue.record("\(number) is no number")
        continue
      }
      #expect(back.bitPattern == number.bitPattern, "\(number)")
      // Beside bytes, a number comes in the server's binary form.
      guard number.bitPattern % 8 == 0 else { continue }
      let row = try session.execute("SELECT CAST(? AS float8), CAST('' AS bytea)", [.real(number)]).rows[0]
      guard case .real(let binary) = row[0] else {
        Issue.record("\(number) is no number")
        continue
      }
      #expect(binary.bitPattern == number.bitPattern, "\(number)")
    }
  }

  @Test(arguments: [0, 1, -1, 255, -32768, 1 << 31, .min, .max] as [Int64])
  func `An integer comes back`(_ integer: Int64) throws {
    #expect(try session.execute("SELECT CAST(? AS bigint)", [.integer(integer)]).rows[0] == [.integer(integer)])
    let row = try session.execute("SELECT CAST(? AS bigint), CAST('' AS bytea)", [.integer(integer)]).rows[0]
    #expect(row == [.integer(integer), .blob([])])
  }

  @Test(arguments: ["", "a", "ä€😀", "'; DROP TABLE study --", "line\nline\ttab\\", "e\u{301}", "\u{1}\u{7f}\u{fffd}"])
  func `Text comes back`(_ text: String) throws {
    let rows = try session.execute("SELECT CAST(? AS text), CAST('x' AS bytea)", [.text(text)]).rows
    for value in [try value("CAST(? AS text)", [.text(text)]), rows[0][0]] {
      guard case .text(let back) = value else {
        Issue.record("\(value)")
        continue
      }
      #expect(Array(back.utf8) == Array(text.utf8))
    }
  }

  @Test func `Bytes come back`() throws {
    for bytes in [[], [0], Array(0...255), [UInt8](repeating: 0, count: 1_000_000)] as [[UInt8]] {
      #expect(try value("CAST(? AS bytea)", [.blob(bytes)]) == .blob(bytes))
    }
    let row = try session.execute(
      "SELECT CAST(? AS bytea), CAST(NULL AS bytea), CAST(-2 AS smallint), CAST(-3 AS integer), true, CAST('a' AS name)",
      [.blob([1, 2])]
    ).rows[0]
    #expect(row == [.blob([1, 2]), .null, .integer(-2), .integer(-3), .integer(1), .text("a")])
    #expect(throws: UnexpectedRow.self) { try session.execute("SELECT CAST('' AS bytea), 1.5") }
  }

  @Test func `What has no place in a column is not sent`() throws {
    for (value, message) in [
      (SQLValue.text("a\0b"), "text with a NUL byte"), (.real(.nan), "a value that is not a number"),
    ] {
      let error = #expect(throws: PostgreSQLError.self) { try session.execute("SELECT CAST(? AS text)", [value]) }
      #expect(error?.message == message && error?.kind == .unstorable)
    }
    #expect(throws: PostgreSQLError.self) {
      try session.execute("SELECT CAST(? AS jsonb)", [Dialect.postgreSQL.stored(.text("\0"))])
    }
    #expect(try value("1") == .integer(1))
    // A value of somebody else that is not a number is NULL, as in SQLite.
    #expect(try value("CAST('NaN' AS float8)") == .null)
  }

  @Test(
    arguments: [
      ("true", .integer(1)), ("false", .integer(0)), ("NULL", .null), ("1.5", .real(1.5)), ("12.00", .integer(12)),
      ("sum(n) FROM (VALUES (CAST(3 AS bigint)), (4)) AS t (n)", .integer(7)), ("10.0 ^ 30", .real(1e30)),
      ("-0.5", .real(-0.5)), ("9007199254740993.0", .integer(9_007_199_254_740_993)), ("CAST('x' AS json) ", nil),
      (#"CAST('{"a": 1}' AS json)"#, .text(#"{"a": 1}"#)), (#"CAST('"a"' AS json)"#, .text(#""a""#)),
      ("CAST('ab' AS varchar(5))", .text("ab")), ("CAST('2026-01-02' AS date)", .text("2026-01-02")),
      ("CAST(0.5 AS real)", .real(0.5)), ("count(*)", .integer(1)),
    ] as [(String, SQLValue?)])
  func `A type of the server is a kind of value`(_ sql: String, _ expected: SQLValue?) throws {
    guard let expected else {
      #expect(throws: PostgreSQLError.self) { try value(sql) }
      return
    }
    let found = try value(sql)
    #expect(found == expected && found.kind == expected.kind, "\(found)")
  }

  @Test func `A JSON scalar stands for its value`() throws {
    for value: SQLValue in [
      .null, .integer(0), .integer(-5), .integer(.max), .integer(.min), .real(0.5), .real(1), .real(-2), .real(1e-5),
      .real(1e16), .real(1e22), .real(1e300), .real(.leastNonzeroMagnitude), .real(.infinity), .real(-.infinity),
      .text(""), .text("1"),
      .text("null"), .text("true"), .text("a\"b\\c/\n\t\u{1}\u{1f}\u{7f}é😀"), .text("[1, 2]"), .text(#"{"a": "b"}"#),
    ] {
      let back = try self.value("CAST(? AS jsonb)", [Dialect.postgreSQL.stored(value)])
      #expect(back == value && back.kind == value.kind, "\(value)")
      #expect(Dialect.sqlite.stored(value) == value)
    }
    for (json, expected) in [
      ("true", .integer(1)), ("false", .integer(0)), ("null", .null), ("[1, \"a\"]", .text("[1, \"a\"]")),
      ("{\"a\": 1}", .text("{\"a\": 1}")), ("1e3", .integer(1000)), ("1.0", .real(1)),
    ] as [(String, SQLValue)] {
      let back = try value("CAST('\(json)' AS jsonb)")
      #expect(back == expected && back.kind == expected.kind, "\(json)")
    }
  }

  @Test func `A result has names, rows and the number of changed rows`() throws {
    try session.script("CREATE TEMP TABLE t (a bigint, b text)")
    let insert = "INSERT INTO t VALUES (?, 'what?') RETURNING a AS number, b"
    for number in 1...3 {
      let result = try session.execute(insert, [.integer(Int64(number))])
      #expect(result.columns == ["number", "b"] && result.changes == 1)
      #expect(result.rows == [[.integer(Int64(number)), .text("what?")]])
    }
    #expect(try session.execute("UPDATE t SET b = ? WHERE a > ?", [.null, .integer(1)]).changes == 2)
    #expect(try session.execute("SELECT b FROM t ORDER BY a").rows == [[.text("what?")], [.null], [.null]])
    #expect(try session.execute("SELECT * FROM t").changes == 0)
    #expect(try session.execute("DELETE FROM t").changes == 3)
    #expect(try session.execute("SELECT a FROM t").rows == [])
    #expect(session.changeCount == 8)
  }
}
