// Draws the chart over time with Chart.js, in the page's own colours, and again when those change.

const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const canvas = document.getElementById("chart");
let drawn = null;

/** A colour of the page as `rgb(...)`: what is written in a variable may be one for light and one for dark. */
function colour(name) {
  canvas.style.color = `var(${name})`;
  return getComputedStyle(canvas).color;
}

/** A colour of the page, fading out downwards from a `strength` of 0 to 1. */
function fading(name, strength) {
  const [clear, full] = [0, strength].map((alpha) => colour(name).replace(")", `, ${alpha})`).replace("rgb(", "rgba("));
  return ({ chart }) => {
    if (!chart.chartArea) return clear;
    const gradient = chart.ctx.createLinearGradient(0, chart.chartArea.top, 0, chart.chartArea.bottom);
    gradient.addColorStop(0, full);
    gradient.addColorStop(1, clear);
    return gradient;
  };
}

function line(label, values, name, more = {}) {
  return {
    label, data: values, borderColor: colour(name), backgroundColor: colour(name), borderWidth: 2, tension: 0.3,
    cubicInterpolationMode: "monotone", pointRadius: values.filter((value) => value !== null).length === 1 ? 4 : 0, pointHoverRadius: 4, pointHitRadius: 12, ...more,
  };
}

/** The lines of the chart; that to what is still running, an hour or a day, is dotted. */
function lines(figures) {
  const running = { borderDash: ({ p1DataIndex }) => (p1DataIndex === figures.running ? [2, 4] : undefined) };
  const total = line("Total scans", figures.total, "--accent", { fill: "origin", backgroundColor: fading("--accent", 0.28), segment: running });
  const before = line("Total scans before", figures.before, "--muted", { borderDash: [4, 5], borderWidth: 1.5 });
  if (!figures.visitors) return [total, before];
  const visitors = line("Unique visitors", figures.visitors, "--second", { segment: running });
  return [total, visitors, before];
}

/** `Tue 3 Mar 2026` without what is the same all along. */
function short(label) {
  const [, day, month] = label.split(" ");
  return month ? `${day} ${month}` : label;
}

function axes(figures) {
  const muted = colour("--muted");
  const ticks = { color: muted, font: { size: 12 } };
  return {
    x: {
      grid: { display: false }, border: { color: colour("--border") },
      ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 24, callback: (_, index) => short(figures.labels[index]) },
    },
    y: {
      beginAtZero: true, suggestedMax: 4, border: { display: false }, grid: { color: colour("--border") },
      ticks: { ...ticks, precision: 0, maxTicksLimit: 6, format: { notation: "compact" } },
    },
  };
}

function tooltip() {
  return {
    backgroundColor: colour("--text"), titleColor: colour("--surface"), bodyColor: colour("--surface"),
    padding: 10, cornerRadius: 8, boxPadding: 4, usePointStyle: true,
    callbacks: {
      labelColor: ({ dataset }) => ({ borderColor: dataset.borderColor, backgroundColor: dataset.borderColor }),
      label: ({ dataset, parsed }) => `${dataset.label}: ${parsed.y.toLocaleString("en")}`,
    },
  };
}

function options(figures) {
  return {
    responsive: true, maintainAspectRatio: false, locale: "en",
    animation: still.matches ? false : { duration: 350 },
    interaction: { mode: "index", intersect: false },
    plugins: { legend: { display: false }, tooltip: tooltip() },
    scales: axes(figures),
  };
}

function figuresOf(root) {
  return JSON.parse(root.getElementById("chart-figures").textContent);
}

function draw() {
  const figures = figuresOf(document);
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  drawn?.destroy();
  drawn = new Chart(canvas, { type: "line", data: { labels: figures.labels, datasets: lines(figures) }, options: options(figures) });
}

/** New numbers into the chart that is there, so that nothing flickers; another range is drawn anew. */
function update(figures) {
  if (!drawn) return;
  const datasets = lines(figures);
  drawn.data.labels = figures.labels;
  drawn.data.datasets = datasets.map((made, i) => Object.assign(drawn.data.datasets[i] ?? {}, made));
  drawn.options.scales = axes(figures);
  drawn.update(still.matches ? "none" : undefined);
}

function paint(figures) {
  for (const path of document.querySelectorAll(".world path")) {
    const code = path.id.slice(3);
    const dot = path.classList.contains("dot") ? " dot" : "";
    path.setAttribute("class", `level-${figures.levels[code] ?? 0}${dot}`);
    const words = figures.titles[code];
    let title = path.querySelector("title");
    if (words && !title) title = path.appendChild(document.createElementNS(path.namespaceURI, "title"));
    if (title) title.textContent = words ?? "";
  }
}

/** Shows the figures of another document of the same page: what a live update fetched. */
export function show(other) {
  const block = document.getElementById("chart-figures");
  const fresh = other.getElementById("chart-figures");
  if (!block || !fresh || block.textContent === fresh.textContent) return;
  block.textContent = fresh.textContent;
  const figures = figuresOf(document);
  update(figures);
  paint(figures);
}

if (canvas && window.Chart) {
  draw();
  dark.addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  addEventListener("beforeprint", () => drawn?.resize());
}
