import Testing

@testable import Tuner

/// Values that go to the database and come from it.
@Suite struct SQLRowTests {
  private static let row = SQLRow(
    columns: ["count", "name", "value", "ranks", "none"],
    values: [.integer(3), .text("a"), .real(0.5), .blob([1, 2]), .null])

  @Test func `A column is read as what it is`() throws {
    let (count, name): (Int, String) = try (Self.row["count"], Self.row["name"])
    let (value, ranks): (Double, [UInt8]) = try (Self.row["value"], Self.row["ranks"])
    let (isThere, number, none): (Bool, Double?, String?) = try (Self.row["count"], Self.row["count"], Self.row["none"])
    #expect(count == 3 && name == "a" && value == 0.5 && ranks == [1, 2])
    #expect(isThere && number == 3 && none == nil)
  }

  @Test func `A column that is missing or of another kind is an error`() throws {
    func error<Value: SQLConvertible>(_ type: Value.Type, _ column: String) -> String? {
      do {
        let _: Value = try Self.row[column]
        return nil
      } catch let error as UnexpectedRow {
        return StorageError(error, location: "s.sqlite").description
      } catch {
        return "\(error)"
      }
    }
    let remedy = "there; restore a copy, or see 'verify'"
    #expect(
      error(Int.self, "value") == "s.sqlite: found a number in column 'value'; expected an integer \(remedy)")
    #expect(error(Int?.self, "name") == "s.sqlite: found text in column 'name'; expected an integer or NULL \(remedy)")
    #expect(error(String.self, "none") == "s.sqlite: found NULL in column 'none'; expected text \(remedy)")
    #expect(error(Bool.self, "ranks") == "s.sqlite: found bytes in column 'ranks'; expected 0 or 1 \(remedy)")
    #expect(
      error(Int.self, "cost") == "s.sqlite: found a table without column 'cost'; expected an integer \(remedy)")
    #expect(error(Int?.self, "none") == nil)
  }

  @Test func `What is not a number is NULL in the database`() {
    #expect(Double.nan.sqlValue == .null)
    #expect(Double.infinity.sqlValue == .real(.infinity))
    #expect(Double?.some(.nan).sqlValue == .null && Double?.none.sqlValue == .null)
  }

  @Test func `A number equals itself, as an integer or not`() {
    #expect(SQLValue.integer(1) == .real(1) && SQLValue.real(-3) == .integer(-3))
    #expect(SQLValue.integer(1) != .real(1.5) && SQLValue.integer(1) != .text("1") && SQLValue.null != .integer(0))
    #expect(SQLValue.text("a").description == #""a""# && SQLValue.real(0.5).description == "0.5")
  }

  @Test func `A table without a column is an error of the database with its path, in reports and in verification`()
    async throws
  {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    #expect(try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1).run() == .finished)
    #expect(try sqlite(folder.database, "ALTER TABLE trial DROP COLUMN best_epoch") == "")
    let missing = "found a table without column 'best_epoch'; expected an integer or NULL there"
    let error = #expect(throws: StorageError.self) { try store.story(of: 1, in: study) }
    #expect(error?.description.hasPrefix("\(folder.database): \(missing)") == true, "\(String(describing: error))")
    #expect(throws: StorageError.self) { try store.leaderboard(of: study) }
    #expect(throws: StorageError.self) { try store.verify() }
  }
}
