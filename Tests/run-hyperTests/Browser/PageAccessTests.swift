import Foundation
import Testing

extension BrowserTests {
  /// The page for everybody: on small screens, in the dark, for screen readers.
  @Suite struct PageAccessTests {
    /// The path of `axe.min.js`, which `scripts/test` sets.
    private static let axe = ProcessInfo.processInfo.environment["RUN_HYPER_AXE"]

    private static let hasAxe = axe != nil || ChromeDriver.isRequired

    @Test(
      .enabled(if: hasAxe, "RUN_HYPER_AXE names no axe.min.js, so this is not tested"),
      arguments: [
        (Browser.Scheme.light, 1280, "#trial=1"), (.dark, 1280, "#filter=n_layers%3D1&compare=1,2"), (.dark, 390, ""),
        (.light, 390, "#trial=1"),
      ])
    func `axe finds nothing`(scheme: Browser.Scheme, width: Int, fragment: String) throws {
      let script = try String(contentsOfFile: #require(Self.axe), encoding: .utf8)
      let page = try PageTests.open(fragment: fragment, width: width)
      try page.browser.show(in: scheme)
      try page.waitForColors(of: scheme)
      try page.browser.run("for (const node of document.querySelectorAll('details')) node.open = true")
      let violations: [String] = try page.browser.later(
        """
        const done = arguments[arguments.length - 1];
        \(script);
        const said = ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(node => node.html.slice(0, 200)).join(" ")}`;
        axe.run().then(({ violations }) => done(violations.map(said)), error => done([String(error)]));
        """)
      #expect(violations.isEmpty)
    }

    @Test func `A small screen needs no scrolling to the side`() throws {
      for fragment in ["", "#trial=1", "#compare=1,2,3"] {
        let page = try PageTests.open(fragment: fragment, width: 390)
        let width: Int = try page.browser.value("return document.documentElement.scrollWidth")
        #expect(width <= 390, "\(fragment)")
      }
    }

    /// A color on the page, and where it was found.
    private struct Mark: Decodable, Hashable {
      let name: String
      let color: [Double]
    }

    /// The colors of all marks. Lines that are there for the eye to follow others (grids, edges that keep marks apart, bands around
    /// lines) carry nothing by themselves.
    private static let marks = """
      const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
      const bytes = color => {
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
      };
      const paper = getComputedStyle(document.body).backgroundColor;
      const quiet = ".grid, .halo, .halo-mark, .casing, .speck-edge, .band, .guide *, .handle, .unselected, .brush, .taken";
      const found = new Map([["paper", bytes(paper)]]);
      for (const node of document.querySelectorAll(".drawing svg :is(path, rect), .legend svg path, td svg path, .legend i")) {
        if (node.matches(quiet)) continue;
        const { stroke, fill, backgroundImage } = getComputedStyle(node);
        const colors = node.matches("i") ? backgroundImage.match(/(rgb|oklab|color)\\([^()]*\\)/g)
          : [stroke !== "none" ? stroke : fill];
        for (const color of colors) {
          if (color === "none") continue;
          const name = `${node.closest("section")?.id} ${node.getAttribute("class")} ${color}`;
          found.set(name, bytes(color));
        }
      }
      return [...found].map(([name, color]) => ({ name, color }));
      """

    /// Source: *Web Content Accessibility Guidelines 2.2*, definition of relative luminance.
    private static func luminance(_ color: [Double]) -> Double {
      let linear = color.map { byte in
        let part = byte / 255
        return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    @Test(arguments: Browser.Scheme.allCases)
    func `Every mark has a contrast of 3 to 1 against the paper`(scheme: Browser.Scheme) throws {
      let page = try PageTests.open()
      try page.browser.show(in: scheme)
      try page.waitForColors(of: scheme)
      let marks: [Mark] = try page.browser.value(Self.marks)
      let paper = Self.luminance(try #require(marks.first).color)
      #expect(scheme == .light ? paper > 0.8 : paper < 0.05)
      #expect(marks.count > 10)
      for mark in marks.dropFirst() {
        let other = Self.luminance(mark.color)
        let contrast = (max(paper, other) + 0.05) / (min(paper, other) + 0.05)
        #expect(contrast >= 3, "\(mark.name): \(contrast)")
      }
    }
  }
}
