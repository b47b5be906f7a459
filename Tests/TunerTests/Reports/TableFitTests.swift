import Literals
import Testing

@testable import Tuner

@Suite struct TableFitTests {
  private typealias Column = Leaderboard.TableColumn

  private static let columns = [
    Column(header: "rank", role: .identity, cells: ["1", "2"]),
    Column(header: "trial", role: .identity, cells: ["36", "34"]),
    Column(header: "ndcg@10", role: .identity, cells: ["0.2365", "0.2325"]),
    Column(header: "95 % interval", role: .interval, cells: ["0.2085–0.2667", "0.2046–0.2627"]),
    Column(header: "tied", role: .mark, cells: ["=", "="]),
    Column(header: "TFLOP", role: .extra, cells: ["0.277", "0.277"]),
    Column(header: "learning_rate", role: .parameter, cells: ["0.001", "0.001"], isConstant: true),
    Column(header: "n_heads", role: .parameter, cells: ["2", "1"]),
    Column(header: "n_layers", role: .parameter, cells: ["2", "2"], isConstant: true),
    Column(header: "test.ndcg@10", role: .mainTest, cells: ["0.2346", "0.2377"]),
    Column(header: "test.hit@10", role: .test, cells: ["0.4188", "0.4219"]),
  ]

  private static func headers(_ width: Int) -> [String] {
    Leaderboard.TableFit(columns, width: width).columns.map(\.header)
  }

  @Test func `What is the same in all rows stands below`() {
    let fit = Leaderboard.TableFit(Self.columns, width: 200)
    #expect(
      fit.columns.map(\.header) == [
        "rank", "trial", "ndcg@10", "95 % interval", "tied", "TFLOP", "n_heads", "test.ndcg@10", "test.hit@10",
      ])
    #expect(fit.remarks == ["the same in all rows: learning_rate=0.001 n_layers=2"])
    // Of one trial, everything is.
    let single = Self.columns.map { Column(header: $0.header, role: $0.role, cells: [$0.cells[0]]) }
    #expect(Leaderboard.TableFit(single, width: 200).columns == single)
  }

  @Test func `In a narrow terminal, the least important columns are left out and named`() {
    // 4 + 5 + 7 + 13 + 4 + 5 + 7 + 12 + 11 columns, and two spaces between them.
    #expect(Self.headers(84).count == 9)
    #expect(
      Self.headers(83) == ["rank", "trial", "ndcg@10", "95 % interval", "tied", "TFLOP", "n_heads", "test.ndcg@10"])
    #expect(Self.headers(70) == ["rank", "trial", "ndcg@10", "95 % interval", "tied", "n_heads", "test.ndcg@10"])
    #expect(Self.headers(57) == ["rank", "trial", "ndcg@10", "95 % interval", "tied", "test.ndcg@10"])
    let least = Leaderboard.TableFit(Self.columns, width: 1)
    #expect(least.columns.map(\.header) == ["rank", "trial", "ndcg@10"])
    #expect(
      least.remarks.last
        == "not shown: 95 % interval, tied, test.ndcg@10, n_heads, TFLOP, test.hit@10 (--columns=all)")
  }

  @Test(arguments: [
    (0.046404973689656674, "0.0464"), (0.99996, "1.0"), (123456.7, "123500.0"), (-0.00012345678, "-0.0001235"),
    (0, "0.0"),
    (0.5, "0.5"), (1234.5, "1235.0"), (9999.9, "10000.0"), (.leastNonzeroMagnitude, "5e-324"), (1e300, "1e+300"),
  ])
  func `A number of a table has four significant digits`(number: Double, expected: String) {
    let rounded = Literal.number(number).rounded(toDigits: 4)
    #expect(rounded == .number(Double(expected) ?? .nan))
  }

  @Test func `Other values than numbers stay`() {
    for value in [Literal.integer(123456), .text("gelu"), .null, .number(.infinity)] {
      #expect(value.rounded(toDigits: 4) == value)
    }
  }
}
