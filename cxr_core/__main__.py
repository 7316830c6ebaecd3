from cxr_core.cli import main

main()
