import Dashboard
import Foundation
import Testing

@Suite struct DashboardTokenTests {
  private static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("token-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private static func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test(arguments: ["XDG_CONFIG_HOME", "HOME"])
  func `A token is 32 random bytes, kept for the user alone, and the same the next time`(variable: String) throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let first = DashboardToken(environment: [variable: folder.path])
    #expect(first.obstacle == nil)
    #expect(first.text.wholeMatch(of: #/[A-Za-z0-9_-]{43}/#) != nil)
    let settings = folder.path + (variable == "HOME" ? "/.config" : "") + "/run-hyper"
    #expect(try Self.mode("\(settings)/dashboard-token") == 0o600)
    #expect(try Self.mode(settings) == 0o700)
    #expect(try FileManager.default.contentsOfDirectory(atPath: settings) == ["dashboard-token"])
    #expect(DashboardToken(environment: [variable: folder.path]).text == first.text)
  }

  @Test(arguments: ["", "short\n", String(repeating: "/", count: 43), String(repeating: "a", count: 44)])
  func `A file without a token gets one`(contents: String) throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.path + "/run-hyper/dashboard-token"
    try FileManager.default.createDirectory(atPath: folder.path + "/run-hyper", withIntermediateDirectories: true)
    try #require(
      FileManager.default.createFile(
        atPath: file, contents: Data(contents.utf8), attributes: [.posixPermissions: 0o600]))
    let token = DashboardToken(environment: ["XDG_CONFIG_HOME": folder.path])
    #expect(token.obstacle == nil)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == token.text + "\n")
  }

  @Test func `A token that others could read is replaced`() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.path + "/run-hyper/dashboard-token"
    let first = DashboardToken(environment: ["XDG_CONFIG_HOME": folder.path])
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
    let second = DashboardToken(environment: ["XDG_CONFIG_HOME": folder.path])
    #expect(second.text != first.text && second.obstacle == nil)
    #expect(try Self.mode(file) == 0o600)
  }

  @Test(arguments: [[:], ["HOME": "relative", "XDG_CONFIG_HOME": "relative"], ["HOME": "/dev/null"]])
  func `Without a place for it there is a token for once, and a reason`(environment: [String: String]) {
    let (a, b) = (DashboardToken(environment: environment), DashboardToken(environment: environment))
    #expect(a.text != b.text && a.text.utf8.count == 43)
    #expect(a.obstacle != nil)
  }
}
