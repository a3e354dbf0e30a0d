"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const fixed = (value, digits = 3) => value.toFixed(digits).replace("-", "−");
const make = (tag, text, parent) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (parent) parent.append(made);
  return made;
};

// --- tables: a filter, a choice, and headings that sort -------------------------------------
function table(id, rows, columns, choice) {
  const holder = at(id);
  if (!holder) return;
  const controls = document.querySelector(`[data-for="${id}"]`);
  const label = make("label", "Filter ", controls);
  const filter = make("input", undefined, label);
  filter.type = "search";
  const chosen = make("select", undefined, make("label", `${choice} `, controls));
  make("option", "all", chosen).value = "";
  for (const one of new Set(rows.map((row) => row[choice]))) make("option", one, chosen).value = one;
  const count = make("output", "", controls);
  const head = make("tr", undefined, make("thead", undefined, holder));
  const body = make("tbody", undefined, holder);
  let sorted = null, down = false;
  const headings = columns.map(([key, title]) => {
    const cell = make("th", undefined, head);
    cell.scope = "col";
    const button = make("button", title, cell);
    button.type = "button";
    button.addEventListener("click", () => {
      down = sorted === key && !down;
      sorted = key;
      show();
    });
    return [key, cell];
  });
  function show() {
    const words = filter.value.toLowerCase();
    const kept = rows.filter((row) => (!chosen.value || row[choice] === chosen.value) &&
      columns.some(([key]) => String(row[key] ?? "").toLowerCase().includes(words)));
    if (sorted) {
      const sign = down ? -1 : 1;
      kept.sort((a, b) => {
        const x = a[sorted], y = b[sorted];
        if (x === null || y === null) return (x === null) - (y === null);
        if (typeof x === "number" && typeof y === "number") return sign * (x - y);
        return sign * String(x).localeCompare(String(y), "en", { numeric: true });
      });
    }
    for (const [key, cell] of headings) {
      cell.setAttribute("aria-sort", key !== sorted ? "none" : down ? "descending" : "ascending");
    }
    body.replaceChildren(...kept.map((row) => {
      const line = make("tr");
      for (const [key] of columns) {
        const value = row[key] ?? "";
        const number = typeof value === "number";
        const cell = make("td", number && !Number.isInteger(value) ? fixed(value, 2) : value, line);
        if (number) cell.className = "number";
      }
      return line;
    }));
    count.textContent = `${kept.length} of ${rows.length} rows`;
  }
  filter.addEventListener("input", show);
  chosen.addEventListener("change", show);
  show();
}
table("verdict-table", data.verdicts, [["product", "product"], ["quantity", "quantity"],
  ["reported", "reported"], ["run", "run"], ["difference", "difference"], ["verdict", "verdict"],
  ["source", "place"], ["explained_by", "deviations"]], "verdict");
table("site-table", data.sites, [["product", "product"], ["site", "site"], ["lat", "latitude"],
  ["lon", "longitude"], ["samples", "months"], ["r2", "R²"], ["rmse", "RMSE"], ["bias", "bias"]],
  "product");

// --- maps ------------------------------------------------------------------------------------
// Both scales are uniform to the eye: viridis, and purple to green about zero.
const VIRIDIS = ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"];
const DIFFERENCE = ["#40004b", "#762a83", "#9970ab", "#c2a5cf", "#f7f7f7", "#a6dba0", "#5aae61", "#1b7837", "#00441b"];
const rgb = (hex) => [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16));
function color(scale, share) {
  const place = Math.min(Math.max(share, 0), 1) * (scale.length - 1);
  const low = Math.min(Math.floor(place), scale.length - 2);
  const [a, b] = [rgb(scale[low]), rgb(scale[low + 1])];
  return a.map((part, index) => part + (b[index] - part) * (place - low));
}
function bytes(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer;
}
function unpack(map) {
  if (map.index) return map;
  const cells = new Uint32Array(bytes(map.cells));
  map.numbers = map.bits === 8 ? new Uint8Array(bytes(map.values)) : new Uint16Array(bytes(map.values));
  map.missing = map.bits === 8 ? 255 : 65535;
  map.count = cells.length;
  map.list = cells;
  map.index = new Map([...cells].map((cell, index) => [cell, index]));
  return map;
}
// The value of a cell in a month, or NaN; also asked by tests.
function valueOf(map, cell, month) {
  const index = unpack(map).index.get(cell), row = map.months.indexOf(month);
  if (index === undefined || row < 0) return NaN;
  const number = map.numbers[row * map.count + index];
  return number === map.missing ? NaN : map.low + map.step * number;
}
// Means of every cell of a map over some of its months, or NaN where one is absent.
function meansOf(map, months) {
  const rows = months.map((month) => unpack(map).months.indexOf(month));
  const found = new Float64Array(map.count);
  for (let index = 0; index < map.count; index++) {
    let sum = 0;
    for (const row of rows) {
      const number = row < 0 ? map.missing : map.numbers[row * map.count + index];
      sum += number === map.missing ? NaN : map.low + map.step * number;
    }
    found[index] = sum / rows.length;
  }
  return found;
}
function seriesOf(map, other, cell) {
  return map.months.map((month) => valueOf(map, cell, month) - (other ? valueOf(other, cell, month) : 0));
}
function start() {
  const canvas = at("canvas"), pen = canvas.getContext("2d");
  const pick = at("layer"), part = at("part"), minus = at("minus"), span = at("span"), time = at("time");
  let view = null, cursor = null, limits = null, playing = null;
  for (const title of new Set(data.maps.map((map) => map.title))) make("option", title, pick).value = title;
  const map = () => unpack(data.maps[part.value]);
  const other = () => (minus.value === "" ? null : unpack(data.maps[minus.value]));
  const years = () => [...new Set(map().months.map((month) => month.slice(0, 4)))];
  const times = () => (span.value === "year" ? years() : map().months);
  const now = () => times()[time.value];
  // The edges of the map: west, east, south, north.
  function edges() {
    const one = map();
    return [one.west, one.west + one.columns * one.cell, one.north - one.rows * one.cell, one.north];
  }
  // A map of the globe is shown without most of the Antarctic; one of a region as a whole.
  function whole() {
    const [west, east, south, north] = edges();
    if (east - west > 300) return { lon: (west + east) / 2, lat: 15, zoom: 1 };
    const zoom = Math.min(360 / (east - west), 360 / (north - south) * canvas.clientHeight / canvas.clientWidth);
    return { lon: (west + east) / 2, lat: (south + north) / 2, zoom: 0.95 * zoom };
  }
  // What the map shows of every cell at a time.
  function values(when) {
    const months = map().months.filter((month) => month.startsWith(when));
    const found = meansOf(map(), months);
    if (!other()) return found;
    const taken = meansOf(other(), months);
    return found.map((value, index) => value - (taken[other().index.get(map().list[index])] ?? NaN));
  }
  const shown = (cell) => values(now())[map().index.get(cell)] ?? NaN;
  // The layers of the chosen map; the one that was chosen before, if it has it.
  function layers() {
    const before = part.value === "" ? null : data.maps[part.value].layer;
    part.replaceChildren();
    data.maps.forEach((one, index) => {
      if (one.title !== pick.value) return;
      const option = make("option", one.layer, part);
      option.value = index;
      if (one.layer === before) option.selected = true;
    });
    choose();
  }
  function choose() {
    const kept = minus.value;
    minus.replaceChildren();
    make("option", "nothing", minus).value = "";
    data.maps.forEach((one, index) => {
      const alike = one.product === map().product && one.layer === map().layer &&
        one.cell === map().cell && one.north === map().north && one.west === map().west;
      if (alike && String(index) !== part.value) make("option", one.title, minus).value = index;
    });
    minus.value = [...minus.options].some((one) => one.value === kept) ? kept : "";
    setTimes();
  }
  function setTimes() {
    time.max = times().length - 1;
    time.value = Math.min(time.value, time.max);
    setLimits();
    draw();
    if (cursor !== null && !at("series").hidden) series(cursor);
  }
  // The colours hold 98 % of the values: of all times, or of the one that is shown.
  function setLimits() {
    const when = at("colours").value === "all" ? times() : [now()];
    // Some hundred thousand values are enough for the colours.
    const sorted = [], every = Math.max(Math.floor(map().count * when.length / 3e5), 1);
    when.forEach((one, index) => {
      if (index % every && when.length > 12) return;
      for (const value of values(one)) if (!Number.isNaN(value)) sorted.push(value);
    });
    sorted.sort((a, b) => a - b);
    const quantile = (share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    const far = Math.max(Math.abs(quantile(0.01)), Math.abs(quantile(0.99))) || 1;
    limits = other() ? [-far, far] : [quantile(0.01), quantile(0.99)];
    at("precision").textContent = `Cells of ${map().cell}°` +
      (map().cell === map().own ? "" : `, made from the map's own of ${map().own}°`) +
      `; values to ${map().step.toPrecision(2)} ${map().unit}`.trimEnd() + `; colours hold 98 % of the values.`;
  }
  function step() {
    if (at("colours").value === "now") setLimits();
    draw();
    if (cursor !== null) tell(cursor);
  }
  const scale = () => [canvas.width / 360 * view.zoom, canvas.width / 360 * view.zoom];
  const toX = (lon) => canvas.width / 2 + (lon - view.lon) * scale()[0];
  const toY = (lat) => canvas.height / 2 - (lat - view.lat) * scale()[1];
  function draw() {
    const ratio = window.devicePixelRatio || 1;
    view = view ?? whole();
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    const look = getComputedStyle(document.documentElement);
    pen.fillStyle = look.getPropertyValue("--land");
    const outline = new Path2D();
    for (const ring of data.land) {
      for (let i = 0; i < ring.length; i += 2) outline[i ? "lineTo" : "moveTo"](toX(ring[i]), toY(ring[i + 1]));
      outline.closePath();
    }
    pen.fill(outline);
    const one = map(), size = one.cell, ramp = other() ? DIFFERENCE : VIRIDIS;
    const field = values(now());
    one.list.forEach((cell, index) => {
      const value = field[index];
      if (Number.isNaN(value)) return;
      const row = Math.floor(cell / one.columns), column = cell % one.columns;
      const share = (value - limits[0]) / (limits[1] - limits[0] || 1);
      pen.fillStyle = `rgb(${color(ramp, share).map(Math.round).join(",")})`;
      const x = Math.floor(toX(one.west + column * size)), y = Math.floor(toY(one.north - row * size));
      pen.fillRect(x, y, Math.ceil(toX(one.west + (column + 1) * size)) - x, Math.ceil(toY(one.north - (row + 1) * size)) - y);
    });
    pen.strokeStyle = look.getPropertyValue("--ink");
    pen.lineWidth = 0.5 * ratio;
    pen.stroke(outline);
    if (at("markers").checked) for (const site of near(one.product)) {
      pen.beginPath();
      pen.arc(toX(site.lon), toY(site.lat), 3.5 * ratio, 0, 7);
      pen.fillStyle = "#fff";
      pen.fill();
      pen.lineWidth = 1.5 * ratio;
      pen.strokeStyle = "#000";
      pen.stroke();
    }
    if (cursor !== null) {
      const row = Math.floor(cursor / one.columns), column = cursor % one.columns;
      pen.lineWidth = 2.5 * ratio;
      pen.strokeStyle = look.getPropertyValue("--line");
      pen.strokeRect(toX(one.west + column * size), toY(one.north - row * size), size * scale()[0], size * scale()[1]);
    }
    at("when").textContent = now();
    at("low").textContent = fixed(limits[0], 2);
    at("high").textContent = `${fixed(limits[1], 2)} ${one.unit}`;
    const strip = at("scale").getContext("2d");
    at("scale").width = 200;
    at("scale").height = 1;
    for (let i = 0; i < 200; i++) {
      strip.fillStyle = `rgb(${color(ramp, i / 199).map(Math.round).join(",")})`;
      strip.fillRect(i, 0, 1, 1);
    }
  }
  const near = (product) => data.sites.filter((site) => site.product.toLowerCase() === product.toLowerCase());
  function cellAt(lon, lat) {
    const one = map();
    const [west, east, south, north] = edges();
    if (!(lon >= west && lon < east && lat > south && lat <= north)) return null;
    return Math.floor((north - lat) / one.cell) * one.columns + Math.floor((lon - west) / one.cell);
  }
  function placeOf(cell) {
    const one = map();
    const lat = one.north - (Math.floor(cell / one.columns) + 0.5) * one.cell, lon = one.west + (cell % one.columns + 0.5) * one.cell;
    return [lat, lon, `${Math.abs(lat).toFixed(2)}° ${lat < 0 ? "S" : "N"}, ${Math.abs(lon).toFixed(2)}° ${lon < 0 ? "W" : "E"}`];
  }
  function tell(cell) {
    const [lat, lon, text] = placeOf(cell), value = shown(cell), half = map().cell / 2;
    const sites = near(map().product).filter((site) => Math.abs(site.lat - lat) <= half && Math.abs(site.lon - lon) <= half);
    const scores = (map().scored ? sites : []).map((site) => ` ${site.site}: R² ${site.r2 === null ? "none" : fixed(site.r2, 2)}, RMSE ${fixed(site.rmse, 2)}, bias ${fixed(site.bias, 2)}.`);
    at("told").textContent = `${text}, ${now()}: ` + (Number.isNaN(value) ? "no value." : `${fixed(value)} ${map().unit}.`) + scores.join("");
  }
  function series(cell) {
    const values = seriesOf(map(), other(), cell), months = map().months;
    const known = values.filter((value) => !Number.isNaN(value));
    at("series").hidden = !known.length;
    if (!known.length) return;
    const low = Math.min(...known), high = Math.max(...known), wide = high - low || 1;
    const x = (i) => 75 + i / Math.max(months.length - 1, 1) * 630, y = (value) => 180 - (value - low) / wide * 150;
    const picture = at("series").querySelector("svg"), space = "http://www.w3.org/2000/svg";
    picture.replaceChildren();
    const put = (tag, told, text) => {
      const made = document.createElementNS(space, tag);
      for (const [key, value] of Object.entries(told)) made.setAttribute(key, value);
      if (text) made.textContent = text;
      picture.append(made);
    };
    put("line", { x1: 75, x2: 705, y1: 185, y2: 185, class: "axis" });
    put("line", { x1: 70, x2: 70, y1: 30, y2: 180, class: "axis" });
    put("text", { x: 66, y: 34, "text-anchor": "end" }, fixed(high, 2));
    put("text", { x: 66, y: 184, "text-anchor": "end" }, fixed(low, 2));
    put("text", { x: 75, y: 205 }, months[0]);
    put("text", { x: 705, y: 205, "text-anchor": "end" }, months[months.length - 1]);
    put("text", { x: 75, y: 16 }, `${placeOf(cell)[2]} (${map().unit})`);
    let path = "", open = false;
    values.forEach((value, i) => {
      if (Number.isNaN(value)) { open = false; return; }
      path += `${open ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
      open = true;
    });
    put("path", { d: path, class: "line" });
    at("values").replaceChildren();
    const body = make("tbody", undefined, at("values"));
    months.forEach((month, i) => {
      const line = make("tr", undefined, body);
      make("th", month, line).scope = "row";
      make("td", Number.isNaN(values[i]) ? "" : fixed(values[i], 4), line).className = "number";
    });
  }
  function open(cell) {
    if (cell === null) return;
    cursor = cell;
    draw();
    tell(cell);
    series(cell);
  }
  function zoom(by) {
    view.zoom = Math.min(Math.max(view.zoom * by, 1), 40);
    draw();
  }
  // Pointers: a drag moves, a click opens a cell.
  let held = null;
  const degrees = (event) => {
    const box = canvas.getBoundingClientRect(), ratio = canvas.width / box.width;
    return [view.lon + ((event.clientX - box.left) * ratio - canvas.width / 2) / scale()[0],
      view.lat - ((event.clientY - box.top) * ratio - canvas.height / 2) / scale()[1]];
  };
  canvas.addEventListener("pointerdown", (event) => {
    held = { from: degrees(event), x: event.clientX, y: event.clientY, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    held.moved = held.moved || Math.hypot(event.clientX - held.x, event.clientY - held.y) > 4;
    if (!held.moved) return;
    const [lon, lat] = degrees(event);
    view.lon = Math.min(Math.max(view.lon + held.from[0] - lon, -180), 180);
    view.lat = Math.min(Math.max(view.lat + held.from[1] - lat, -90), 90);
    draw();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (held && !held.moved) open(cellAt(...degrees(event)));
    held = null;
  });
  canvas.addEventListener("pointercancel", () => { held = null; });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const one = map(), step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (cursor === null) {
      const [west, east, south, north] = edges();
      cursor = cellAt(Math.min(Math.max(view.lon, west), east - 0.01), Math.min(Math.max(view.lat, south + 0.01), north));
    }
    if (step) {
      const row = Math.min(Math.max(Math.floor(cursor / one.columns) + step[0], 0), one.rows - 1);
      cursor = row * one.columns + (cursor % one.columns + step[1] + one.columns) % one.columns;
      const [lat, lon] = placeOf(cursor);
      if (view.zoom > 1) view = { ...view, lat, lon };
      draw();
      tell(cursor);
    } else if (event.key === "Enter" || event.key === " ") open(cursor);
    else if (event.key === "+") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else return;
    event.preventDefault();
  });
  at("in").addEventListener("click", () => zoom(1.4));
  at("out").addEventListener("click", () => zoom(1 / 1.4));
  at("whole").addEventListener("click", () => { view = whole(); draw(); });
  at("play").addEventListener("click", () => {
    clearInterval(playing);
    playing = playing ? null : setInterval(() => {
      time.value = (Number(time.value) + 1) % times().length;
      step();
    }, 700);
    at("play").textContent = playing ? "stop" : "play";
    at("play").setAttribute("aria-pressed", String(playing !== null));
  });
  // A cell stays chosen where the next map has the same ones.
  pick.addEventListener("change", () => {
    const before = map();
    layers();
    if (before.cell === map().cell && before.north === map().north && before.west === map().west) {
      if (cursor !== null) tell(cursor);
      return;
    }
    cursor = view = null;
    at("series").hidden = true;
    at("told").textContent = "";
    draw();
  });
  part.addEventListener("change", () => {
    choose();
    if (cursor !== null) tell(cursor);
  });
  const again = () => { setTimes(); if (cursor !== null) tell(cursor); };
  minus.addEventListener("change", again);
  span.addEventListener("change", () => { time.value = 0; again(); });
  time.addEventListener("input", step);
  at("colours").addEventListener("change", () => { setLimits(); draw(); });
  at("markers").addEventListener("change", draw);
  window.addEventListener("resize", draw);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  layers();
  window.front = { open, cellAt, valueOf, data };
}
if (data.maps.length) start();

// --- figures: as wide as the window ----------------------------------------------------------
const large = at("large");
for (const button of document.querySelectorAll(".picture")) {
  button.addEventListener("click", () => {
    large.querySelector("img").src = button.querySelector("img").src;
    large.querySelector("img").alt = button.querySelector("img").alt;
    large.querySelector("div").replaceChildren(...button.nextElementSibling.cloneNode(true).childNodes);
    large.showModal();
  });
}
// A printed page shows what is folded.
window.addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details.figures")) one.open = true;
});
