import Foundation
import Testing

extension BrowserTests {
  /// The page of `dashboard` in a browser, while a study runs, ends or goes away in another process.
  @Suite struct DashboardPageTests {
    private static let study = ["--params_file=hyper.test", "--workers=1", "--epochs=6"] + Pausing.small

    /// A folder with a parameter file of six trials.
    private static func folder() throws -> Program {
      let program = try Program()
      try program.write("learning_rate choice [0.01,0.003,0.001]\nn_layers choice [1,2]\n", to: "hyper.test")
      return program
    }

    private static func waitForBadge(_ text: String, on page: StudyPage) throws {
      try page.browser.wait(
        until: "the badge says \(text)", "return document.getElementById('badge').innerText.includes(arguments[0])",
        text)
    }

    /// Waits until the leaderboard has so many rows.
    private static func waitForRows(_ count: Int, on page: StudyPage) throws {
      try page.browser.wait(
        until: "\(count) rows are there", "return document.querySelectorAll('tr[data-number]').length === arguments[0]",
        count)
    }

    /// The number that the column of this title has in a trial's row.
    private static let cell = """
      const [number, title] = arguments;
      const index = [...document.querySelectorAll("thead th")].findIndex(cell => cell.innerText.trim().startsWith(title));
      return document.querySelector(`tr[data-number="${number}"]`)?.children[index]?.innerText ?? "";
      """

    @Test func `Rows, selection and the open trial follow a study that another process runs`() throws {
      let program = try Self.folder()
      // It stands still in its first trial, in the second and in the fourth.
      let process = try program.start(Self.study, environment: Pausing.afterReports(3, 9, 21))
      defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
      try Pausing.wait(for: process, in: program)
      let server = try DashboardPage(program)
      let page = try StudyPage(address: server.address)
      let browser = page.browser
      try Self.waitForBadge("live", on: page)
      try browser.wait(
        until: "the first trial has three epochs", "return (() => {\(Self.cell)})() === '3'", 1, "epochs")
      #expect(try page.text("#section-running").contains("Trial 1"))

      // What a person has chosen stays.
      try browser.click(StudyPage.element("thead button", saying: "trial"))
      try browser.click(StudyPage.element("thead button", saying: "trial"))
      try browser.click("document.getElementById('filter-text')")
      try browser.type("n_layers=1")
      try browser.run("document.querySelector('tr[data-number=\"1\"]').focus()")
      try browser.press(Browser.Key.enter)
      try browser.wait(until: "the trial is open", "return document.querySelector('[role=dialog]:not([hidden])')")
      try browser.run("window.isTheSame = true")

      Pausing.resume(process.processIdentifier)
      try browser.wait(
        until: "the open trial has ended", "return document.getElementById('drawer').innerText.includes('completed')")
      try Pausing.wait(for: process, in: program)
      Pausing.resume(process.processIdentifier)
      try Pausing.wait(for: process, in: program)
      try browser.wait(
        until: "the second trial of one layer has ended", "return (() => {\(Self.cell)})() === '6'", 3, "epochs")
      #expect(try page.rows.filter { $0 <= 3 } == [3, 1])
      #expect(try page.text("#selected").hasSuffix("trials selected"))
      #expect(
        try browser.value("return document.querySelector('th[aria-sort=descending]').innerText.includes('trial')"))
      #expect(try page.text("#drawer h2").hasPrefix("Trial 1, "))

      Pausing.resume(process.processIdentifier)
      process.waitUntilExit()
      try Self.waitForBadge("finished", on: page)
      try browser.wait(
        until: "all is shown", "return document.getElementById('facts').innerText.includes('6 finished')")
      #expect(try page.rows == [5, 3, 1])
      #expect(try page.texts("#section-running").isEmpty)
      #expect(try browser.value("return window.isTheSame"), "the page was loaded again")
      #expect(try browser.messages() == [])
      server.end()
    }

    @Test func `A page goes on after its server has been started again`() throws {
      let program = try Self.folder()
      let first = try program.run(Self.study + ["--study=tried", "--algo=random", "--max_evals=2"])
      #expect(first.status == 0, "\(first.errors)")
      let server = try DashboardPage(program)
      let page = try StudyPage(address: server.address)
      try Self.waitForRows(2, on: page)
      server.end()
      try Self.waitForBadge("reconnecting", on: page)
      let more = try program.run(Self.study + ["--study=tried", "--algo=random", "--max_evals=4"])
      #expect(more.status == 0, "\(more.errors)")
      let again = try DashboardPage(program, port: server.port)
      #expect(again.address == server.address)
      try Self.waitForRows(4, on: page)
      try Self.waitForBadge("finished", on: page)
      again.end()
    }

    @Test func `A process that was killed is said to be gone, and one that was interrupted to pause`() throws {
      let program = try Self.folder()
      let process = try program.start(
        Self.study, environment: Pausing.afterReports(3).merging(["RUN_HYPER_HEARTBEAT_SECONDS": "2"]) { $1 })
      defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
      try Pausing.wait(for: process, in: program)
      let server = try DashboardPage(program)
      let page = try StudyPage(address: server.address)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      try Self.waitForBadge("process gone", on: page)
      let resumed = try program.start(["resume"], environment: Pausing.afterReports(3))
      defer { if resumed.isRunning { kill(resumed.processIdentifier, SIGKILL) } }
      try Pausing.wait(for: resumed, in: program)
      try Self.waitForBadge("live", on: page)
      kill(resumed.processIdentifier, SIGINT)
      Pausing.resume(resumed.processIdentifier)
      resumed.waitUntilExit()
      try Self.waitForBadge("paused", on: page)
      server.end()
    }

    @Test func `Studies are chosen on the page, and one that is deleted is said to be gone`() throws {
      let program = try Self.folder()
      for name in ["first & last", "second"] {
        let ending = try program.run(Self.study + ["--study=\(name)", "--algo=random", "--max_evals=2"])
        #expect(ending.status == 0, "\(ending.errors)")
      }
      let server = try DashboardPage(program)
      let page = try StudyPage(address: server.address)
      try page.browser.wait(
        until: "the newest study is shown", "return document.querySelector('h1')?.innerText === 'second'")
      try page.browser.run("document.getElementById('study-choice').focus()")
      try page.browser.press(Browser.Key.up)
      try page.browser.wait(
        until: "the other study is shown", "return document.querySelector('h1')?.innerText === 'first & last'")
      try Self.waitForRows(2, on: page)
      #expect(try program.run(["studies", "--delete=first & last"]).status == 0)
      try page.browser.wait(
        until: "it is said", "return document.getElementById('problem')?.innerText.includes('first & last')")
      #expect(try page.rows.count == 2)
      #expect(try page.browser.messages() == [])
      server.end()
    }
  }
}
