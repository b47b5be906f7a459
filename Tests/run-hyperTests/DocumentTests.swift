import Foundation
import Testing

/// The commands that the documents show, run with the real program in the order in which a reader meets them.
@Suite struct DocumentTests {
  /// The indented lines that call the program, without `scripts/run-hyper`, explanations and redirections.
  private static func commands(in document: String) throws -> [[String]] {
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
    // Fetching MovieLens takes a network.
    for command in commands where !command.contains("fetch") {
      let ending = try program.run(command)
      #expect(ending.status == 0, "\(command): \(ending.errors)")
      #expect(!ending.output.isEmpty || command == ["resume"], "\(command)")
    }
  }

  @Test func `The parameter file of the README is the one at the root`() throws {
    let readme = try String(contentsOf: Program.home.appendingPathComponent("README.md"), encoding: .utf8)
    let file = try String(contentsOf: Program.home.appendingPathComponent("hyper.test"), encoding: .utf8)
    for line in file.split(separator: "\n") { #expect(readme.contains("    \(line)\n")) }
  }
}
