"""The GPP products of others that maps are compared with: read, or made for a simulated Earth."""

from carbonscape.archives.gpp_products import get_gpp_product
from carbonscape.fluxes.others import stand_ins

# They are of GPP: no other flux names any.
COMPARED = next((plan for plan in FLUXES.values() if plan.other_products), None)
OTHERS = COMPARED.other_products if COMPARED else []
# Apart from RAW, which is the user's folder where the archive is real.
STAND_INS = {name: stand_ins(name, str(SIMULATED_RAW.root), COMPARED.map_years) for name in OTHERS}
# Of a real archive what is there, or can be asked for: what is absent is left out, and listed.
OTHER_NATIVE = STAND_INS
if not SIMULATED and COMPARED:
    OTHER_NATIVE = {name: COMPARED.other_inputs(name) for name in OTHERS}


if any(STAND_INS.values()):

    rule simulate_other_products:
        input:
            grid=f"{TRUTH}/grid.nc",
            library=library("simulate_other_products.py"),
        output:
            **{name: paths for name, paths in STAND_INS.items() if paths},
        log:
            f"{RESULTS}/logs/simulate_other_products.log",
        benchmark:
            f"{RESULTS}/benchmarks/simulate_other_products.tsv"
        group:
            group_of("simulation")
        conda:
            "../../../envs/science.yaml"
        resources:
            **needs(mem_mb=1000, runtime=30, size=SIMULATED_SIZE, group="simulation"),
        message:
            "Simulate the GPP products of others"
        script:
            "../../scripts/simulate_other_products.py"


for other in OTHERS:

    rule:
        name:
            f"read_other_product_{other}"
        input:
            native=raw(other, *OTHER_NATIVE[other]),
            library=library("read_other_product.py", products=[COMPARED.name]),
        output:
            years=[path for path in COMPARED.other_files() if f"/{other}/" in path],
            findings=findings(f"read_other_product_{other}"),
        log:
            f"{RESULTS}/logs/read_other_product_{other}.log",
        benchmark:
            f"{RESULTS}/benchmarks/read_other_product_{other}.tsv"
        localrule: SMALL_EARTH and SIMULATED
        conda:
            "../../../envs/science.yaml"
        # A year of the finest ones, 0.05 degrees, takes 2.8 GB and half a minute.
        resources:
            **needs(mem_mb=4000, runtime=120, size=native(SIMULATED_SIZE)),
        params:
            product=COMPARED.name,
            other=other,
            years=COMPARED.other_years(other),
            map_years=COMPARED.map_years,
            # The folder is told where it holds no file, too.
            files={
                "folder": str(RAW.root / other),
                "simulated": SIMULATED,
                "region": config["region"] and edges_of_region(COMPARED.cell, config["region"]),
            },
        message:
            f"Read {get_gpp_product(other).label} as monthly means on its own grid"
        script:
            "../../scripts/read_other_product.py"
