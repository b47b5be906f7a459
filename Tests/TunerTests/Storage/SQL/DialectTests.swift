import Testing

@testable import Tuner

@Suite struct DialectTests {
  @Test func `PostgreSQL gets numbered arguments, and quoted text as it is`() {
    let sql = "UPDATE t SET a = ?, b = 'what?' || ? WHERE c = 'it''s ?' AND d = ?"
    #expect(Dialect.postgreSQL.marked(sql) == "UPDATE t SET a = $1, b = 'what?' || $2 WHERE c = 'it''s ?' AND d = $3")
    #expect(Dialect.sqlite.marked(sql) == sql)
  }

  @Test func `The members of an object have their order, and say which of them are text`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    func members(_ json: String) throws -> [String] {
      let sql = "SELECT key, value, is_text FROM \(Dialect.sqlite.members(of: "?"))"
      return try store.read { db in
        try db.rows(sql, [json]).map { try "\($0["key"] as String)=\($0["value"] as String) \($0["is_text"] as Bool)" }
      }
    }
    #expect(try members(#"{"b": "1", "a": 2, "c": null}"#) == ["b=1 true", "a=2 false", "c=null false"])
    #expect(try members("[true]") == ["0=1 false"])
    #expect(try members("5") == ["=5 false"])
    let numbers: [Int64] = [3, -1, 1 << 62]
    let listed = try store.read { try $0.values(Int64.self, Dialect.sqlite.listed, ["\(numbers)"]) }
    #expect(listed == numbers)
  }

  @Test func `The time has the format of the tables, and its distance is in seconds`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let now = try store.read { try $0.value(String.self, "SELECT \(Dialect.sqlite.now)") } ?? ""
    #expect(now.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    let distance = Dialect.sqlite.distance(to: "heartbeat_at")
    let sql = "SELECT \(distance) FROM (SELECT '1970-01-01T00:00:00.000Z' AS heartbeat_at) AS beat"
    let seconds = try store.read { try $0.value(Double.self, sql) } ?? 0
    #expect(seconds > 1.7e9)
  }

  @Test(
    arguments: [
      (.null, .null), (.integer(-3), .text("-3")), (.real(0.1), .text("0.1")), (.real(3), .text("3.0")),
      (.real(1e16), .text("10000000000000000.0")), (.real(1e300), .text("1e+300")),
      (.real(-.infinity), .text("-1e400")),
      (.text("a\"b\\c\n"), .text(#""a\"b\\c\u000a""#)), (.text("3"), .text(#""3""#)),
      (.text("\0"), .text("\"\0\"")),
    ] as [(SQLValue, SQLValue)])
  func `A value of any kind is JSON for PostgreSQL, and itself for SQLite`(_ value: SQLValue, _ json: SQLValue) throws {
    #expect(Dialect.postgreSQL.stored(value) == json)
    #expect(Dialect.sqlite.stored(value) == value)
    // The server takes no NUL, and changes how a number is written.
    guard case .text(let text) = json, value != .text("\0") else { return }
    let back = SQLValue(json: text)
    #expect(back == value && back.kind == value.kind)
  }
}
