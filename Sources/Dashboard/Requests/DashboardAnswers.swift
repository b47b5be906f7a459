import FlyingFox
import Foundation
import Tuner

/// Answers requests for pages, events and reports; nothing is changed.
struct DashboardAnswers: HTTPHandler {
  let rule: RequestRule
  let database: ReopenedStore
  let watcher: StudyWatcher

  let contents: DashboardServer.Contents
  let reports = WorkQueue()

  /// Short questions do not wait for reports.
  let questions = WorkQueue()

  private var storage: String { contents.storage }

  /// How long a page waits for its study to be read.
  private static let patience: Duration = .seconds(10)

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    let head = RequestRule.Head(
      method: request.method.rawValue, path: request.target.path(), host: request.headers[HTTPHeader("Host")],
      origin: request.headers[HTTPHeader("Origin")], site: request.headers[HTTPHeader("Sec-Fetch-Site")])
    switch rule.verdict(on: head) {
    case .refuse(let status, let reason):
      var answer = Answer.text(reason, status: status).response(isHead: request.method == .HEAD)
      if status == 405 { answer.headers[HTTPHeader("Allow")] = "GET, HEAD" }
      return answer
    case .answer(let name, let isHead):
      if name == "events", !isHead { return try await events(of: request) }
      return await answer(name, request.query).response(isHead: isHead)
    }
  }

  private func answer(_ name: String, _ query: [HTTPRequest.QueryItem]) async -> Answer {
    do {
      switch name {
      case "": return try await page(query)
      case "events": return .text("", status: 200, type: "text/event-stream")
      case "page": return try await file(query)
      case "curves", "compare", "leaderboard.csv", "leaderboard.json", "leaderboard.md":
        return try await reports.run { try report(name, query) }
      default: return .text("not found", status: 404)
      }
    } catch let error as WorkQueue.Full {
      return .text(error.description, status: 503)
    } catch {
      return .text(contents.wording(error), status: 500)
    }
  }

  // MARK: - Pages

  /// The study's page, or one that waits for the study.
  private func page(_ query: [HTTPRequest.QueryItem]) async throws -> Answer {
    let name: String?
    do { name = try await self.name(in: query) } catch let error where !(error is WorkQueue.Full) {
      return .waiting(contents.wording(error))
    }
    guard let name else { return .waiting("no study in \(storage) yet") }
    let study = watcher.study(named: name)
    guard let whole = await current(study) else {
      guard query["study"] == nil || name == contents.study else {
        return .text(study.problem ?? "\(storage) does not answer", status: 404)
      }
      return .waiting(study.problem ?? "\(storage) does not answer")
    }
    let live = JSONMembers.object([("sequence", "\(whole.sequence)"), ("live", whole.live)])
    return .text(ChartPage.html(ofJSON: whole.study, live: live), status: 200, type: "text/html; charset=utf-8")
  }

  private func file(_ query: [HTTPRequest.QueryItem]) async throws -> Answer {
    guard let name = try await name(in: query), let whole = await current(watcher.study(named: name)) else {
      return .text("no such study in \(storage)", status: 404)
    }
    return .text(
      ChartPage.html(ofJSON: whole.study), status: 200, type: "text/html; charset=utf-8",
      savedAs: Answer.file(of: name, ".html"))
  }

  /// The study as the next look at the database shows it; `nil` if that shows none.
  private func current(_ study: LiveStudy) async -> LiveStudy.Whole? {
    let start = ContinuousClock.now
    let before = study.attention.looks
    let (number, signals) = study.attend()
    defer { study.leave(number) }
    for await _ in signals {
      // The look that is going on may have begun before.
      if study.attention.looks > before + 1 || (study.isShown && study.attention.looks > before) { break }
      if ContinuousClock.now - start > Self.patience { break }
    }
    return study.whole
  }

  private func events(of request: HTTPRequest) async throws -> HTTPResponse {
    guard let name = try await name(in: request.query) else {
      return Answer.text("no study in \(storage) yet", status: 404).response()
    }
    let events = StudyEvents(
      study: watcher.study(named: name), sequence: request.query["after"].flatMap { Int($0) })
    return HTTPResponse(
      statusCode: .ok, headers: HTTPHeaders(AnswerHeaders.headers(type: "text/event-stream")),
      body: HTTPBodySequence(from: events))
  }

  /// The name of the study that an address means; `nil` if there is no study.
  private func name(in query: [HTTPRequest.QueryItem]) async throws -> String? {
    if let name = query["study"] ?? contents.study { return name }
    return try await questions.run { try database.store().study(named: nil)?.definition.name }
  }

  // MARK: - Reports

  private func report(_ name: String, _ query: [HTTPRequest.QueryItem]) throws -> Answer {
    let store = try database.store()
    guard let study = try store.study(named: query["study"] ?? contents.study) else {
      return .text("no such study in \(storage)", status: 404)
    }
    do {
      switch name {
      case "curves":
        guard let metric = query["metric"] else { return .text("expected metric=NAME", status: 400) }
        return .json(try store.curves(of: metric, in: study))
      case "compare":
        guard let first = query["a"].flatMap(Int.init), let second = query["b"].flatMap(Int.init) else {
          return .text("expected a=TRIAL&b=TRIAL", status: 400)
        }
        return .json(try store.comparison(of: first, and: second, in: study))
      default:
        return leaderboard(name, try store.leaderboard(of: study, LeaderboardQuery()), of: study)
      }
    } catch let error as ReportError {
      return .json(["message": error.problem])
    }
  }

  private func leaderboard(_ name: String, _ board: Leaderboard, of study: Study) -> Answer {
    let (format, type): (Leaderboard.Format, String) =
      switch name {
      case "leaderboard.csv": (.csv, "text/csv; charset=utf-8")
      case "leaderboard.json": (.json, "application/json")
      default: (.markdown, "text/markdown; charset=utf-8")
      }
    let text = board.text(format, decimalPlaces: contents.decimalPlaces(study.definition))
    return .text(text, status: 200, type: type, savedAs: Answer.file(of: study.name, "-\(name)"))
  }
}
