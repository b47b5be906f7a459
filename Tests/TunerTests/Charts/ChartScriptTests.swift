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
    #expect(ChartPage.script.hasPrefix("\"use strict\";\n// "))
    #expect(ChartPage.script.hasSuffix("}\n\n" + String(decoding: PackageResources.start_js, as: UTF8.self)))
    #expect(ChartPage.style.hasPrefix("\n:root {\n") && ChartPage.style.hasSuffix("}\n"))
  }
}
