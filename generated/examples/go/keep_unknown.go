// Tells which element the types do not keep: they keep none.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"strings"

	"libvirt.org/go/libvirtxml"
)

//go:embed web.xml
var text string

func main() {
	newer := strings.Replace(text, "  <os>", "  <shiny level='9'/>\n  <os>", 1)
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(newer); err != nil {
		log.Fatal(err)
	}
	back, err := domain.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	if strings.Contains(back, "<shiny") {
		fmt.Println("kept")
	} else {
		fmt.Println("lost")
	}
}
