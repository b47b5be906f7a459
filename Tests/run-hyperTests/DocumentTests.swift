import Foundation
import Testing

/// The commands that the documents show, run with the real program in the order in which a reader meets them.
@Suite struct DocumentTests {
  /// The indented lines that call the program, without `scripts/run-hyper`, explanations and redirections.
  static func commands(in document: String) throws -> [[String]] {
    let text = try String(contentsOf: Program.home.appendingPathComponent(document), encoding: .utf8)
    return text.split(separator: "\n").compactMap { line in
      guard let call = line.firstMatch(of: #/^ {4}(?:scripts/)?run-hyper (?<arguments>\S.*)$/#) else { return nil }
      let words = call.output.arguments.prefix { $0 != ">" }.firstMatch(of: #/^(.*?)(?: {2,}.*)?$/#)
      return words.map { $0.output.1.split(separator: " ").map(String.init) }
    }
  }

  @Test func `Every command of the README does what it says`() throws {
    let program = try Program()
    let bundled = Program.home.appendingPathComponent("datasets/grocery")
    for file in ["grocery.inter", "grocery.item"] {
      try program.write(
        String(contentsOf: bundled.appendingPathComponent(file), encoding: .utf8), to: "datasets/grocery/\(file)")
    }
    // One epoch in place of twelve keeps the test short.
    let settings = try String(contentsOf: bundled.appendingPathComponent("grocery.yaml"), encoding: .utf8)
    #expect(settings.contains("epochs: 12"))
    try program.write(
      settings.replacingOccurrences(of: "epochs: 12", with: "epochs: 1"), to: "datasets/grocery/grocery.yaml")
    try program.write(
      String(contentsOf: Program.home.appendingPathComponent("hyper.test"), encoding: .utf8), to: "hyper.test")
    let rows = (0..<60).map { "u\($0 % 6)\ti\($0 * 7 % 11)\t\(1_700_000_000 + $0)" }
    try program.write(
      "user_id:token\titem_id:token\ttimestamp:float\n" + rows.joined(separator: "\n") + "\n",
      to: "datasets/shop/shop.inter")

    let commands = try Self.commands(in: "README.md")
    #expect(commands.count >= 8)
    // Fetching MovieLens takes a network, and a page is served until it is interrupted.
    for command in commands where !command.contains("fetch") && command[0] != "dashboard" {
      let ending = try program.run(command)
      #expect(ending.status == 0, "\(command): \(ending.errors)")
      #expect(!ending.output.isEmpty || command == ["resume"] || command[0] == "chart", "\(command)")
    }
  }

  private static func text(of path: String) throws -> String {
    try String(contentsOf: Program.home.appendingPathComponent(path), encoding: .utf8)
  }

  /// The files below a folder of the repository whose names end in `suffix`, by their paths from its root.
  private static func files(below folder: String, suffix: String) throws -> [String] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: Program.home.appendingPathComponent(folder).path)
    return paths.filter { $0.hasSuffix(suffix) }.map { "\(folder)/\($0)" }
  }

  @Test func `The parameter file of the README is the one at the root`() throws {
    let readme = try Self.text(of: "README.md")
    for line in try Self.text(of: "hyper.test").split(separator: "\n") { #expect(readme.contains("    \(line)\n")) }
  }

  @Test func `The results of the README name the baseline that beats every model`() throws {
    let results = try Self.text(of: "README.md").split(separator: "\n").filter { $0.hasPrefix("| ") }
    for (ranking, value) in [("| popularity |", "0.0704"), ("| BERT4Rec", "0.2346"), ("| habit", "0.3263")] {
      #expect(results.contains { $0.hasPrefix(ranking) && $0.contains("| \(value) |") }, "\(ranking)")
    }
    #expect(try Self.text(of: "datasets/grocery/README.md").contains("| 0.3263 |"))
  }

  @Test func `Documents say cannot, and use no literal so many`() throws {
    let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "datasets/grocery/README.md"]
    for file in try top + Self.files(below: "docs", suffix: ".md") {
      let text = try Self.text(of: file)
      for phrase in ["can not", "so many", "told from"] { #expect(!text.contains(phrase), "\(file): \(phrase)") }
    }
  }

  @Test func `Links between documents lead to files and headings that exist`() throws {
    let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "datasets/grocery/README.md"]
    for file in try top + Self.files(below: "docs", suffix: ".md") {
      let folder = Program.home.appendingPathComponent(file).deletingLastPathComponent()
      for link in try Self.text(of: file).matches(of: #/\]\((?<path>[^)#: ]*)(?:#(?<heading>[^) ]+))?\)/#) {
        let path = link.output.path.isEmpty ? file : String(link.output.path)
        let target =
          link.output.path.isEmpty ? Program.home.appendingPathComponent(file) : folder.appendingPathComponent(path)
        #expect(FileManager.default.fileExists(atPath: target.path), "\(file): \(link.output.0)")
        guard let heading = link.output.heading else { continue }
        let headings = try String(contentsOf: target, encoding: .utf8).split(separator: "\n").filter {
          $0.hasPrefix("#")
        }
        #expect(headings.contains { Self.anchor(of: $0) == heading }, "\(file): \(link.output.0)")
      }
    }
  }

  /// What a link to a heading ends in: lowercase, words joined by hyphens, without punctuation.
  private static func anchor(of heading: Substring) -> String {
    let words = heading.drop { $0 == "#" || $0 == " " }.lowercased()
    return String(words.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }.map { $0 == " " ? "-" : $0 })
  }

  @Test func `Every test that the page on reliability names for a report exists`() throws {
    let page = try Self.text(of: "docs/reliability.md")
    let section = try #require(page.firstMatch(of: #/## Tried with what users reported\n(?<rows>(?:.|\n)*?)\n## /#))
      .output.rows
    let sources = try Self.files(below: "Tests", suffix: ".swift").map(Self.text)
    var count = 0
    for row in section.split(separator: "\n") where row.hasPrefix("| ") && !row.hasPrefix("| Y") {
      let cell = row.split(separator: " | ").last ?? ""
      for suite in cell.matches(of: #/`(?<name>[A-Za-z]+Tests)`/#) {
        #expect(sources.contains { $0.contains("struct \(suite.output.name)") }, "\(suite.output.name)")
      }
      for test in cell.matches(of: #/"(?<name>[^"]+)"/#) {
        count += 1
        #expect(sources.contains { $0.contains("func `\(test.output.name)`") }, "\(test.output.name)")
      }
    }
    #expect(count >= 50)
  }
}
