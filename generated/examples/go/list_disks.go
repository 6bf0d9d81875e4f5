// Lists the disks of a domain.
package main

import (
	_ "embed"
	"fmt"
	"log"

	"libvirt.org/go/libvirtxml"
)

//go:embed web.xml
var text string

func main() {
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	for _, disk := range domain.Devices.Disks {
		path := "-"
		if disk.Source != nil && disk.Source.File != nil {
			path = disk.Source.File.File
		} else if disk.Source != nil && disk.Source.Block != nil {
			path = disk.Source.Block.Dev
		}
		fmt.Println(disk.Target.Dev, path)
	}
}
