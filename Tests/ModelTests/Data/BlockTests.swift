import Foundation
import Testing

@testable import Model

@Suite struct BlockTests {
  /// Users of several sizes, ids that are numbers and words, quotes, blank lines, and what takes the
  /// general way in between.
  private static func lines() -> [String] {
    var lines = ["user_id:token\titem_id:token\trating:float\ttimestamp:float"]
    for row in 0..<400 {
      let user = row % 7 == 0 ? "user number \(row % 5)" : "\(row * 7919 % 37)"
      let item = row % 11 == 0 ? "\"say \"\"\(row % 13)\"\"\"" : "\(row * 104_729 % 1_500_000)"
      let time = row % 3 == 0 ? "\(row * 31 % 100).5" : row % 5 == 0 ? "\(row)e-1" : "\(row * 17 % 100)"
      lines.append("\(user)\t\(item)\t\(row % 4 == 0 ? "" : "3.5")\t\(time)")
      if row % 50 == 0 { lines.append(row % 100 == 0 ? "" : "NA\tx\t\t1") }
    }
    return lines
  }

  @Test(arguments: ["\n", "\r\n"], [true, false])
  func `Rows across the borders of blocks read as in one block`(end: String, endsLast: Bool) throws {
    let text = Self.lines().joined(separator: end) + (endsLast ? end : "")
    let toy = try TemporaryDataset(files: ["inter": text, "item": "item_id:token\n1\nA long enough word\nx\n"])
    let (whole, wholeReport) = try toy.load(blockSize: .max) {
      $0.loadedColumns = nil
      $0.filtersByFeatureFiles = false
    }
    #expect(whole.items.count == 400)
    for blockSize in [1, 2, 7, 64, 1000, 4096, 1 << 20] {
      let (dataset, report) = try toy.load(blockSize: blockSize) {
        $0.loadedColumns = nil
        $0.filtersByFeatureFiles = false
      }
      #expect(dataset.contentHash == whole.contentHash)
      #expect(dataset.userTokens == whole.userTokens)
      #expect(dataset.itemTokens == whole.itemTokens)
      #expect(dataset.items == whole.items)
      #expect(dataset.train == whole.train)
      #expect(dataset.valid == whole.valid)
      #expect(dataset.test == whole.test)
      #expect(report == wholeReport)
    }
  }

  @Test(arguments: [
    ("u\tb", "3 columns"), ("u\tb\t3\tlater", "timestamp 'later'"), ("u\t\"b\t3\t4", "double quote"),
    ("u\tb\t\"3\t4", "double quote"), ("u\tb\t3\t4\t5", "5 columns"), ("u\tb\t3\t1e999", "'1e999'"),
  ])
  func `An error in any block names its line`(row: String, part: String) throws {
    var lines = Self.lines()
    lines.insert(part == "3 columns" ? row + "\t" : row, at: 300)
    let toy = try TemporaryDataset(files: ["inter": lines.joined(separator: "\n")])
    for blockSize in [1, 100, 4096, .max] {
      let error = #expect(throws: DataError.self) { try toy.load(blockSize: blockSize) }
      #expect(error?.location.hasSuffix("toy.inter:301") == true, "\(error?.description ?? "")")
      #expect(error?.found.contains(part) == true, "\(error?.description ?? "")")
    }
  }

  @Test func `A token that is not UTF-8 is refused in its line in any block`() throws {
    let toy = try TemporaryDataset()
    let lines = Self.lines()
    let (head, tail) = (lines[..<300].joined(separator: "\n") + "\n", lines[300...].joined(separator: "\n"))
    try toy.write(Data(head.utf8) + [0x37, 9, 0xC3, 9, 9, 0x32, 10] + Data(tail.utf8), "inter")
    for blockSize in [1, 100, .max] {
      let error = #expect(throws: DataError.self) { try toy.load(blockSize: blockSize) }
      #expect(error?.location.hasSuffix("toy.inter:301") == true)
    }
  }

  @Test func `A text is one token whether its spelling is that of a small number or not`() throws {
    let items = ["7", "07", "1048575", "1048576", "9999999", "0", "00", "12345678", "12345679", "7a", "7", "1048576"]
    let rows = items.enumerated().map { "u \($1) \($0)" }
    let toy = try TemporaryDataset(files: ["inter": interactions(rows)])
    let dataset = try toy.load().dataset
    #expect(dataset.itemTokens == ["[PAD]"] + items.prefix(10))
    #expect(dataset.items.map { dataset.itemTokens[Int($0)] } == items)
  }

  @Test func `Many rows are sorted in parts as one user's rows are`() throws {
    let rows = (0..<12_000).map { (user: $0 * 7919 % 97, item: $0 % 911, time: $0 * 104_729 % 301) }
    let toy = try TemporaryDataset(files: ["inter": interactions(rows.map { "\($0.user) \($0.item) \($0.time)" })])
    let (dataset, report) = try toy.load()
    var expected: [String] = []
    var tiedRowCount = 0
    let visitsByUser = Dictionary(grouping: rows.enumerated(), by: { String($0.element.user) })
    for user in dataset.userTokens.dropFirst() {
      let visits = visitsByUser[user] ?? []
      let sorted = visits.sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      expected += sorted.map { String($0.element.item) }
      let counts = Dictionary(grouping: visits, by: \.element.time).mapValues(\.count)
      tiedRowCount += counts.values.filter { $0 > 1 }.reduce(0, +)
    }
    #expect(dataset.items.map { dataset.itemTokens[Int($0)] } == expected)
    #expect(report.tiedRowCount == tiedRowCount)
  }

  @Test func `A folder in the place of a file is refused`() throws {
    let toy = try TemporaryDataset()
    try FileManager.default.createDirectory(
      atPath: "\(toy.dataPath)/toy/toy.inter", withIntermediateDirectories: true)
    let error = #expect(throws: DataError.self) { try toy.load() }
    #expect(error?.found == "a file that cannot be read")
  }
}
