import ArgumentParser
import Dashboard
import Foundation
import Literals
import Tuner

/// Shows studies on a page that follows them.
struct DashboardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dashboard",
    abstract: "Show studies in a browser, on a page that follows them while they run.",
    usage: "run-hyper dashboard [<study>] [<options>]",
    discussion: """
      Prints the page's address, and serves it to this machine only until it is
      interrupted. The address has a secret in it. Nothing can be changed from the
      page. From another machine, it is reached through a tunnel:
        ssh -L \(Self.standardPort):127.0.0.1:\(Self.standardPort) <host>

      Examples:
        run-hyper dashboard
        run-hyper dashboard bert4rec-grocery-hyper --port=8080 --open
      """)

  private static let standardPort = DashboardServer.standardPort

  @Argument(help: "Name of the study, which may be started later. (default: the newest study)")
  var study: String?

  @OptionGroup var storage: StorageOptions

  @Option(
    help: ArgumentHelp(
      "Port to serve on; 0 for any. (default: \(Self.standardPort), or any if it is taken)", valueName: "number"))
  var port: UInt16?

  @Flag(help: "Open the page in the browser.")
  var open = false

  func run() async throws {
    let absence = try reading { try self.absence() }
    let token = DashboardToken(environment: ProcessInfo.processInfo.environment)
    if let obstacle = token.obstacle {
      Output.note("note: \(obstacle). The address is good for this run only")
    }
    let server = try serve(token)
    let address =
      "http://127.0.0.1:\(server.port)/\(token.text)/" + (study.map { "?study=\(Self.inQuery($0))" } ?? "")
    Output.note(
      "The page shows \(study ?? "the newest study") of \(storage.name), to this machine only. Interrupt to end.")
    if let absence { Output.note("note: \(absence); waiting for it") }
    Output.result(address)
    if open { show(address) }
    let serving = Task { await server.run() }
    let interruption = Interruption { serving.cancel() }
    await serving.value
    withExtendedLifetime(interruption) {}
    throw CommandError.interrupted("The page is no longer served")
  }

  /// What is not there yet, in words; `nil` if the page has something to show.
  private func absence() throws -> String? {
    try storage.check()
    try storage.notePassword()
    do {
      let store = try storage.reader()
      // One store at a time: closing another one would release its locks.
      defer { store.close() }
      guard try store.study(named: study) == nil else { return nil }
      guard let study else { return "no study in \(storage.name) yet" }
      let nearest = nearestName(to: study, among: try store.studyNames()).map { "; did you mean \($0)?" } ?? ""
      return "no study '\(study.inMessage)' in \(storage.name) yet\(nearest)"
    } catch let error as StorageError where error.isAbsence && error.found != "a folder" {
      return "no study in \(storage.name) yet"
    }
  }

  private func serve(_ token: DashboardToken) throws -> DashboardServer {
    let storage = storage
    let contents = DashboardServer.Contents(
      file: storage.isOnServer ? nil : storage.storage, storage: storage.name, study: study,
      decimalPlaces: { $0.metricDecimalPlaces }, recipes: TrialRecipes.forCharts, open: { try storage.reader() },
      wording: { "\($0)".withoutPasswords })
    do {
      let server = try DashboardServer(contents, port: port, token: token)
      if port == nil, server.port != Self.standardPort {
        Output.note("note: port \(Self.standardPort) is taken; using \(server.port)")
      }
      return server
    } catch let error as DashboardServer.PortError {
      let reason = error.isTaken ? "which another program uses" : error.description
      throw CommandError.input(
        Literals.message(
          at: "--port", found: "\(port ?? Self.standardPort), \(reason)", expected: "a free port, or no --port"))
    }
  }

  /// Opens an address in the user's browser.
  private func show(_ address: String) {
    let places = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    guard
      let program = places.map({ "\($0)/xdg-open" }).first(where: { FileManager.default.isExecutableFile(atPath: $0) })
    else { return Output.note("note: found no xdg-open, which opens a browser; open the address yourself") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [address]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do { try Interruption.withSignals { try process.run() } } catch {
      Output.note("note: xdg-open does not start; open the address yourself")
    }
  }

  /// A name as the value of a query.
  private static func inQuery(_ name: String) -> String {
    let plain = CharacterSet.urlQueryAllowed.subtracting(CharacterSet(charactersIn: "&+=#"))
    return name.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
  }
}
