import Foundation
import Testing

extension BrowserTests {
  /// The page that `chart` writes, in a browser: what a person sees and does there.
  @Suite struct PageTests {
    static let trialCount = 12

    /// A study in which some trials were pruned at each of two rungs, and its page.
    private static let study = Result { () throws -> (program: Program, page: URL) in
      let program = try Program()
      try program.write(
        "learning_rate choice [0.01,0.003,0.001]\nhidden_dropout_prob choice [0.2,0.5]\nn_layers choice [1,2]\n",
        to: "hyper.test")
      return try (program, page(of: program, ["--epochs=9", "--pruner=asha", "--study=asha"]))
    }

    /// Runs a small study and writes its page.
    static func page(of program: Program, _ arguments: [String]) throws -> URL {
      let run = try program.run(["--params_file=hyper.test", "--workers=1"] + Pausing.small + arguments)
      try #require(run.status == 0, "\(run.errors)")
      let chart = try program.run(["chart", "--to=page.html"])
      try #require(chart.status == 0, "\(chart.errors)")
      return program.folder.appendingPathComponent("page.html")
    }

    static func open(fragment: String = "", width: Int = 1280) throws -> StudyPage {
      try StudyPage(file: study.get().page, fragment: fragment, width: width)
    }

    // MARK: - What it shows

    @Test func `All charts of a study are there, and the console is silent`() throws {
      let page = try Self.open()
      #expect(try page.text("h1") == "asha")
      #expect(try page.text("#about").hasPrefix("BERT4Rec on grocery, maximize ndcg@10."))
      #expect(try page.text("#facts").contains("12 started"))
      #expect(try page.text("#best").hasPrefix("Best: trial "))
      let titles = try page.texts("main h2")
      for title in [
        "History", "Learning curves", "Score and cost", "Parameters and score", "Score by two parameters", "Rungs",
        "Score by parameter", "Timeline", "Leaderboard",
      ] { #expect(titles.contains(title), "\(titles)") }
      // How many trials complete follows from last bits of scores, so importance may be unknown, for a reason.
      let importance = try Self.study.get().program.run(["importance"])
      let empty = try page.texts("#charts > section:not([hidden]) .drawing .empty")
      #expect(
        empty.count == (importance.status == 0 ? 0 : 1)
          && empty.allSatisfy { importance.errors.hasSuffix(": asha: \($0)\n") }, "\(empty) \(importance.errors)")
      // RecBole's title and legend, for those who look for them.
      #expect(try page.drawing("history").contains("hyperparams_tuning, BERT4Rec tuning process"))
      #expect(try page.rows.sorted() == Array(1...Self.trialCount))
      #expect(try page.texts("#badge").isEmpty)
      #expect(try page.browser.messages() == [])
    }

    @Test func `Importance of a complete grid is drawn, the parameters and what they explain together`() throws {
      let program = try Program()
      try program.write("learning_rate choice [0.01,0.001]\nn_layers choice [1,2]\n", to: "hyper.test")
      let page = try StudyPage(file: Self.page(of: program, ["--epochs=1"]))
      #expect(try page.texts("main h2").contains("Importance of parameters"))
      let drawing = try page.drawing("importance")
      for name in ["learning_rate", "n_layers", "learning_rate × n_layers"] {
        #expect(drawing.contains(">\(name)<"), "\(drawing)")
      }
      #expect(try page.texts("#section-importance .empty").isEmpty)
    }

    @Test func `A study of one trial has its curve and its row`() throws {
      let program = try Program()
      try program.write("n_layers choice [1]\n", to: "hyper.test")
      let page = try StudyPage(file: Self.page(of: program, ["--epochs=3"]))
      #expect(try page.texts("main h2") == ["Learning curves", "Leaderboard"])
      #expect(try page.rows == [1])
      #expect(try page.browser.messages() == [])
    }

    @Test func `Names and values with markup are only text`() throws {
      let markup = "<img src=x onerror=document.title=1>"
      let program = try Program()
      try program.write(
        #"load_col choice [{'inter':['user_id','</script><script>document.title=1</script>\#(markup)']},"#
          + #"{'inter':['user_id']}]"# + "\n", to: "hyper.test")
      let file = try Self.page(of: program, ["--epochs=0", "--study=\(markup)"])
      let page = try StudyPage(file: file, fragment: "#trial=1&filter=" + "%3Cimg%20src%3Dx%3E&sort=%3Cb%3E")
      #expect(try page.text("h1") == markup)
      #expect(try page.text("#drawer").contains("<script>"))
      try page.browser.run("document.getElementById('filter-text').focus()")
      try page.browser.type(markup)
      try page.browser.wait(
        until: "the filter is refused", "return document.getElementById('filter-problem').innerText")
      let planted: Int = try page.browser.value(
        "return document.querySelectorAll('img, body script:not([type])').length")
      #expect(planted == 1)
      #expect(try page.browser.value("return document.title") == markup)
      #expect(try page.browser.messages() == [])
    }

    // MARK: - Marking

    @Test(arguments: StudyPage.charts)
    func `A trial under the pointer is marked in all charts`(chart: String) throws {
      let page = try Self.open()
      let trial = try #require(page.rows.first)
      try page.browser.point(at: page.place(of: trial, in: chart))
      try page.waitForMark(of: trial)
      #expect(try page.tooltip.hasPrefix("Trial \(trial), "))
      try page.browser.point(at: Browser.Place(x: 5, y: 5))
      try page.waitForNoMark()
      #expect(try page.tooltip.isEmpty)
    }

    @Test func `A tap marks a trial, and another one opens it`() throws {
      let page = try Self.open(width: 390)
      try page.browser.show(touch: true)
      defer { try? page.browser.show(touch: false) }
      try page.browser.reload()
      try page.waitForCharts()
      let trial = try #require(page.rows.first)
      for chart in ["history", "curves", "cost"] {
        try page.browser.tap(at: page.place(of: trial, in: chart))
        try page.waitForMark(of: trial)
        // Below the marks, where there are none.
        try page.browser.tap(
          at: page.browser.box(of: "document.querySelector('#\(chart) svg[tabindex]')").place(0.5, 0.99))
        try page.waitForNoMark()
      }
      for _ in 0..<2 { try page.browser.tap(at: page.place(of: trial, in: "history")) }
      try page.browser.wait(until: "the drawer is open", "return !document.getElementById('drawer').hidden")
    }

    @Test func `Keys go from trial to trial in charts and rows, open one, and come back`() throws {
      let page = try Self.open()
      let browser = page.browser
      try browser.run("document.querySelector('#history svg[tabindex]').focus()")
      try browser.press(Browser.Key.end)
      try browser.wait(until: "a trial is marked", "return document.querySelector('tr.marked')")
      let trial: Int = try browser.value("return Number(document.querySelector('tr.marked').dataset.number)")
      #expect(try page.tooltip.hasPrefix("Trial \(trial), "))
      try browser.press(Browser.Key.enter, Browser.Key.enter)
      try browser.wait(until: "the trial is open", "return document.querySelector('[role=dialog]:not([hidden])')")
      #expect(try page.text("#drawer h2").hasPrefix("Trial \(trial), "))
      try browser.press(Browser.Key.escape)
      #expect(try browser.value("return document.activeElement.matches('#history svg, tr[data-number]')"))

      try browser.run("document.querySelector('tr[data-number]').focus()")
      try browser.press(Browser.Key.down)
      let second = try page.rows[1]
      try page.waitForMark(of: second)
      try browser.press(Browser.Key.enter)
      try browser.wait(until: "the trial is open", "return document.querySelector('[role=dialog]:not([hidden])')")
      #expect(try page.text("#drawer h2").hasPrefix("Trial \(second), "))
    }

    @Test func `Two ranges have a surface with the trials on it, which pointer and keys read`() throws {
      let program = try Program()
      try program.write("learning_rate loguniform -7,-4\nhidden_dropout_prob uniform 0,0.5\n", to: "hyper.test")
      let page = try StudyPage(file: Self.page(of: program, ["--epochs=1", "--algo=random", "--max_evals=30"]))
      let browser = page.browser
      func wait(untilNoteIs text: String) throws {
        try browser.wait(
          until: "the heat map says \(text)",
          "return (document.querySelector('#heatmap .note')?.innerText ?? '') === arguments[0]", text)
      }
      try wait(untilNoteIs: "What a random forest predicts from 30 completed trials.")
      let trial = try #require(page.rows.first)
      try browser.point(at: page.place(of: trial, in: "heatmap"))
      try page.waitForMark(of: trial, in: StudyPage.charts + ["heatmap"])
      #expect(try page.text("#heatmap .reading").contains(": predicted 0."))

      try browser.run("document.querySelector('#heatmap svg[tabindex]').focus()")
      try browser.press(Browser.Key.up, Browser.Key.end)
      let last: String = try browser.value("return surfaceCells(...heatmapAxes()).columns.at(-1).text")
      #expect(try page.text("#heatmap .reading").contains(" \(last), "))

      try browser.run("document.querySelector('#section-heatmap details').open = true")
      try browser.wait(
        until: "the table has a row for each cell",
        "return document.querySelectorAll('#section-heatmap tbody tr').length === 400")
      try browser.run(
        """
        const field = document.getElementById("choose-heatmap-show");
        field.value = "mean";
        field.dispatchEvent(new Event("change"));
        """)
      try wait(untilNoteIs: "")
      try browser.wait(until: "the link has the choice", "return location.hash.includes('heatmap.show=mean')")
      try browser.reload()
      try page.waitForCharts()
      try wait(untilNoteIs: "")
      #expect(try browser.messages() == [])
    }

    // MARK: - Selecting

    private static func drawings(_ page: StudyPage) throws -> [String: String] {
      try Dictionary(uniqueKeysWithValues: (StudyPage.charts + ["heatmap"]).map { ($0, try page.drawing($0)) })
    }

    @Test(arguments: ["mouse", "touch"])
    func `A part of an axis selects trials everywhere`(pointer: String) throws {
      let page = try Self.open()
      let before = try Self.drawings(page)
      let axis = try page.browser.box(of: StudyPage.axis("learning_rate"))
      // The least of three values.
      try page.browser.drag(from: axis.place(0.5, 0.98), to: axis.place(0.5, 0.7), pointer: pointer)
      try page.waitForSelection(of: 4, among: Self.trialCount)
      for (chart, drawing) in before {
        try page.browser.wait(
          until: "\(chart) shows something else than before",
          "return document.querySelector(`#section-${arguments[0]} .drawing`).innerHTML !== arguments[1]", chart,
          drawing)
      }
      let rates = try page.texts("tr[data-number]").map { $0.split(separator: "\t") }
      #expect(rates.allSatisfy { $0.contains("0.001") }, "\(rates)")
      try page.browser.wait(until: "the link has the part", "return location.hash.includes('brush=')")
      try page.browser.reload()
      try page.waitForSelection(of: 4, among: Self.trialCount)
      try page.browser.click(StudyPage.element("button", saying: "Show all trials"))
      try page.browser.wait(
        until: "all are shown", "return document.querySelectorAll('tr[data-number]').length === arguments[0]",
        Self.trialCount)
    }

    @Test func `Keys select a part of an axis as well`() throws {
      let page = try Self.open()
      try page.browser.run("\(StudyPage.axis("n_layers")).focus()")
      try page.browser.press(Browser.Key.up)
      try page.waitForSelection(of: 6, among: Self.trialCount)
      let chosen: String? = try page.browser.value(
        "return \(StudyPage.axis("n_layers")).getAttribute('aria-valuetext')")
      #expect(chosen == "1")
      try page.browser.press(Browser.Key.escape)
      try page.browser.wait(until: "nothing is selected", "return document.getElementById('selection').hidden")
    }

    @Test func `Rows are sorted by any column and filtered by conditions`() throws {
      let page = try Self.open()
      let browser = page.browser
      let sort = { (title: String) in try browser.click(StudyPage.element("thead button", saying: title)) }
      func wait(for rows: [Int]) throws {
        try browser.wait(
          until: "the rows are \(rows)",
          "return [...document.querySelectorAll('tr[data-number]')].map(row => row.dataset.number).join() === arguments[0]",
          rows.map { "\($0)" }.joined(separator: ","))
      }
      try sort("trial")
      try wait(for: Array(1...Self.trialCount))
      #expect(try browser.value("return document.querySelector('th[aria-sort=ascending]').innerText.includes('trial')"))
      try sort("trial")
      try wait(for: Array(1...Self.trialCount).reversed())
      #expect(try browser.value("return document.querySelector('th[aria-sort=descending]') !== null"))

      try browser.click("document.getElementById('filter-text')")
      try browser.type("n_layers=1 learning_rate>0.001 trial<=6")
      try wait(for: [5, 3, 1])
      #expect(try page.text("#selected") == "3 of 12 trials selected")
      try browser.type(" color=red")
      try browser.wait(until: "the filter is refused", "return document.getElementById('filter-problem').innerText")
      #expect(
        try page.text("#filter-problem").contains("found no column \"color\"; expected one such as learning_rate"))
      #expect(try page.rows == [5, 3, 1])
    }

    // MARK: - One trial

    private struct Command: Decodable { let command: String }

    @Test func `A link opens a trial with all that is known of it`() throws {
      let program = try Self.study.get().program
      let page = try Self.open(fragment: "#trial=3")
      #expect(try page.text("#drawer h2").hasPrefix("Trial 3, "))
      try page.waitForMark(of: 3)
      let drawer = try page.text("#drawer")
      for part in ["Learning curve", "Configuration", "n_layers: ", "Train it again", "Rungs", "Attempts"] {
        #expect(drawer.contains(part), "\(drawer)")
      }
      let shown = try program.run(["show", "asha", "3", "--format=json"]).output
      let command = try JSONDecoder().decode(Command.self, from: Data(shown.utf8)).command
      let commands = try page.texts("#drawer pre")
      #expect(commands.contains(command), "\(commands)")
      try page.browser.click(StudyPage.element("#drawer button", saying: "Close"))
      try page.browser.wait(until: "the drawer is closed", "return document.getElementById('drawer').hidden")
      try page.browser.wait(until: "the link has no open trial", "return !location.hash.includes('trial=')")
    }
  }
}
