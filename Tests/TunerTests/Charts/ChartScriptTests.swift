import Foundation
import Testing

@testable import Tuner

@Suite struct ChartScriptTests {
  /// The path of Node.js, or `nil` where it is not installed.
  private static let node = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/node" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: node != nil, "Node.js is not installed, so the script's syntax is not checked"))
  func `The script has the syntax of JavaScript`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "chart-\(UUID().uuidString).js")
    try Data(ChartPage.script.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.node))
    process.arguments = ["--check", file.path]
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let message = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(message)")
  }

  @Test func `The files of the page are joined with their line ends`() {
    #expect(ChartPage.script.hasPrefix("\"use strict\";\nconst svgNamespace"))
    #expect(ChartPage.script.hasSuffix("}\nstart();\n") && ChartPage.script.contains("}\n\nfunction update() {\n"))
    #expect(ChartPage.style.hasPrefix("\n:root {\n") && ChartPage.style.hasSuffix("}\n"))
  }

  @Test(arguments: [
    ("// Title\n\n  f(); // stays\n", "f(); // stays\n"), ("/** One line. */\nf();\n", "f();\n"),
    ("/**\n * Two\n *\n * lines.\n */\nf();\n", "f();\n"),
    ("try { f(); } catch { /* nothing */ }\n", "try { f(); } catch { /* nothing */ }\n"),
    ("a {\n  b: c; /* d */\n}\n", "a {\nb: c; /* d */\n}\n"),
  ])
  func `Comments and indentation stay out of the page`(file: String, kept: String) {
    #expect(ChartPage.withoutComments(file) == kept)
  }

  /// A text over several lines would lose its indentation.
  @Test func `No text of the program spans lines`() {
    for line in ChartPage.script.split(separator: "\n") {
      #expect(line.count { $0 == "`" }.isMultiple(of: 2), "\(line)")
    }
  }
}
